import VenusCore

/// How long alerts and what they did are kept, in seconds.
enum AlertRetention {
    /// Transitions and messages; shorter than that of alerts, whose count of episodes makes a transition's id.
    static let transitions: Int64 = 35 * 86_400
    /// The newest are kept, whatever their age.
    static let maximumTransitions: Int64 = 100_000
    /// Of alerts that are inactive, since they changed last.
    static let alerts: Int64 = 100 * 86_400
    /// Of messages that were delivered or given up.
    static let deliveries: Int64 = 8 * 86_400
}

extension SQLSession {
    private static var columns: String {
        "id, rule, state, severity, environment, service, dependency, operation, host, changed_at, number, content"
    }

    // MARK: Evaluation

    func alertPosition() throws -> AlertPosition { try position("") }

    private func position(_ lock: String) throws -> AlertPosition {
        let rows = try query("SELECT epoch, newest, version FROM alert_evaluation WHERE id = 1 \(lock)")
        guard let row = rows.first else { throw StoreError(.corrupt, "how far alerts were evaluated is not there") }
        return AlertPosition(epoch: try row.integer(0), newest: try row.integer(1), version: try row.integer(2))
    }

    func evaluation() throws -> StoredEvaluation {
        StoredEvaluation(
            position: try alertPosition(),
            content: try query("SELECT content FROM alert_evaluation WHERE id = 1").first?.text(0) ?? "",
            alerts: try query("SELECT \(Self.columns) FROM alerts ORDER BY id").map { try AlertRecord($0) })
    }

    func commit(_ commit: AlertCommit, under lease: Lease) throws -> AlertPosition {
        try requireLease(lease)
        var position = try position(dialect.forUpdate)
        var numbers: [String: Int64] = [:]
        for transition in commit.transitions {
            let added = try execute(
                """
                INSERT INTO alert_transitions (number, id, alert, at, content) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (id) DO NOTHING
                """,
                [
                    .integer(position.newest + 1), .text(StoredName.fit(transition.id)),
                    .text(StoredName.fit(transition.alert)), .second(SQLValue.clamp(second: transition.at)),
                    .text(transition.content),
                ])
            guard added == 1 else { continue }
            position.newest += 1
            numbers[transition.alert] = position.newest
        }
        try write(commit.alerts, numbers: numbers)
        for notice in commit.notices { try write(notice, delivery: commit.delivery) }
        position.version += 1
        try execute(
            "UPDATE alert_evaluation SET newest = $1, version = $2, content = $3 WHERE id = 1",
            [.integer(position.newest), .integer(position.version), .text(commit.content)])
        return position
    }

    func write(_ alerts: [AlertRecord], numbers: [String: Int64]) throws {
        try runEach(
            """
            INSERT INTO alerts AS held (\(Self.columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (id) DO UPDATE SET
                rule = excluded.rule, state = excluded.state, severity = excluded.severity,
                environment = excluded.environment, service = excluded.service, dependency = excluded.dependency,
                operation = excluded.operation, host = excluded.host, changed_at = excluded.changed_at,
                number = CASE WHEN excluded.number > 0 THEN excluded.number ELSE held.number END,
                content = excluded.content
            """,
            alerts.map { alert in
                [
                    .text(StoredName.fit(alert.id)), .text(StoredName.fit(alert.rule)), .text(alert.state.rawValue),
                    .text(StoredName.fit(alert.severity)), .text(StoredName.fit(alert.environment)),
                    .text(StoredName.fit(alert.service)), .text(StoredName.fit(alert.dependency)),
                    .text(StoredName.fit(alert.operation)), .text(StoredName.fit(alert.host)),
                    .second(SQLValue.clamp(second: alert.changedAt)), .integer(numbers[alert.id] ?? 0),
                    .text(alert.content),
                ]
            })
    }

    // MARK: Reading

    func alerts(_ query: AlertQuery) throws -> [AlertRecord] {
        var values: [SQLValue] = [.count(query.limit)]
        var conditions: [String] = []
        func place(_ value: SQLValue) -> String {
            values.append(value)
            return "$\(values.count)"
        }
        let states = query.states.sorted { $0.rawValue < $1.rawValue }.map { place(.text($0.rawValue)) }
        guard !states.isEmpty else { return [] }
        conditions.append("state IN (\(states.joined(separator: ", ")))")
        for (column, value) in [
            ("severity", query.severity), ("environment", query.environment), ("service", query.service),
            ("dependency", query.dependency), ("host", query.host),
        ] {
            if let value { conditions.append("\(column) = \(place(.text(StoredName.fit(value))))") }
        }
        if let before = query.before { conditions.append("number < \(place(.integer(before)))") }
        return try self.query(
            """
            SELECT \(Self.columns) FROM alerts WHERE \(conditions.joined(separator: " AND "))
            ORDER BY number DESC, id LIMIT $1
            """, values
        ).map { try AlertRecord($0) }
    }

    func alert(id: String) throws -> AlertRecord? {
        try query("SELECT \(Self.columns) FROM alerts WHERE id = $1", [.text(StoredName.fit(id))]).first
            .map { try AlertRecord($0) }
    }

    func transitions(after number: Int64, limit: Int) throws -> [TransitionRecord] {
        let rows = try query(
            """
            SELECT number, id, alert, at, content FROM alert_transitions WHERE number > $1
            ORDER BY number DESC LIMIT $2
            """, [.integer(number), .count(limit)])
        return try rows.reversed().map { row in
            TransitionRecord(
                number: try row.integer(0), id: try row.text(1), alert: try row.text(2), at: try row.second(3),
                content: try row.text(4))
        }
    }

    func calledMinutes(ofHourFrom second: Int64) throws -> [(edge: SeriesKey, minute: Int64)] {
        var minutes: [(edge: SeriesKey, minute: Int64)] = []
        try stream(
            """
            SELECT environment, service, dependency, bucket FROM \(Tier.minute.table)
            WHERE level = $1 AND bucket >= $2 AND bucket < $3
                AND success + client_error + server_error + transport_error + unknown > 0
            ORDER BY bucket
            """,
            [
                .text(Level.edge.name), .second(SQLValue.clamp(second: second)),
                .second(SQLValue.clamp(second: second + 3_600)),
            ]
        ) { row in
            let edge = SeriesKey.edge(
                service: try row.text(1), dependency: try row.text(2), environment: try row.text(0))
            minutes.append((edge, try row.second(3)))
        }
        return minutes
    }

    // MARK: Retention

    func removeOldAlerts(nowSeconds: Int64) throws {
        func since(_ retention: Int64) -> SQLValue { .second(max(0, nowSeconds - retention)) }
        try execute("DELETE FROM alert_transitions WHERE at < $1", [since(AlertRetention.transitions)])
        try execute(
            "DELETE FROM alert_transitions WHERE number <= (SELECT newest FROM alert_evaluation WHERE id = 1) - $1",
            [.integer(AlertRetention.maximumTransitions)])
        try execute(
            "DELETE FROM alerts WHERE state = $1 AND changed_at < $2",
            [.text(AlertRecord.State.inactive.rawValue), since(AlertRetention.alerts)])
        try execute(
            "DELETE FROM outbox WHERE is_over = $1 AND ended_at < $2",
            [.boolean(true), since(AlertRetention.deliveries)])
        try execute(
            """
            DELETE FROM alert_notices WHERE at < $1
                AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.notice = alert_notices.id)
            """, [since(AlertRetention.deliveries)])
    }
}

extension AlertRecord {
    fileprivate init(_ row: SQLRow) throws {
        guard let state = State(rawValue: try row.text(2)) else {
            throw StoreError(.corrupt, "an alert has a state that there is not")
        }
        self.init(
            id: try row.text(0), rule: try row.text(1), state: state, severity: try row.text(3),
            environment: try row.text(4), service: try row.text(5), dependency: try row.text(6),
            operation: try row.text(7), host: try row.text(8), changedAt: try row.second(9), content: try row.text(11))
        number = try row.integer(10)
    }
}
