import Foundation

/// Alerts and those who are told of them, on their way from one store to another. What was told stays told, and what is
/// on its way goes on, under the same ids; the epoch stays behind: the numbers of a copy are numbers of their own.
extension SQLSession {
    func exportAlerts(_ body: (StoredRecord) throws -> Void) throws {
        for webhook in try webhooks() { try body(StoredRecord(webhook)) }
        let stored = try evaluation()
        for alert in stored.alerts { try body(StoredRecord(alert)) }
        try run("SELECT number, id, alert, at, content FROM alert_transitions ORDER BY number", []) { row in
            var record = StoredRecord()
            record.transition = StoredRecord.Transition(
                number: try row.integer(0), id: try row.text(1), alert: try row.text(2), at: try row.second(3),
                content: try row.text(4))
            try body(record)
        }
        if stored.position.version > 0 {
            var record = StoredRecord()
            record.evaluation = StoredRecord.Evaluation(newest: stored.position.newest, content: stored.content)
            try body(record)
        }
        try exportMessages(body)
    }

    private func exportMessages(_ body: (StoredRecord) throws -> Void) throws {
        try run(
            """
            SELECT id, fault, at, content FROM alert_notices
            WHERE EXISTS (SELECT 1 FROM outbox WHERE outbox.notice = alert_notices.id AND is_over = $1) ORDER BY at, id
            """, [.boolean(false)]
        ) { row in
            var record = StoredRecord()
            record.message = StoredRecord.Message(
                id: try row.text(0), fault: try row.text(1), at: try row.second(2), content: try row.text(3))
            try body(record)
        }
        try run(
            "SELECT webhook, notice, fault, since, state FROM outbox WHERE is_over = $1 ORDER BY number",
            [.boolean(false)]
        ) { row in
            var record = StoredRecord()
            record.delivery = StoredRecord.Delivery(
                receiver: try row.text(0), message: try row.text(1), fault: try row.text(2), since: try row.second(3),
                state: try row.text(4))
            try body(record)
        }
    }

    /// Takes over what the record says of alerts; returns whether it is one of these.
    func takeAlerts(_ record: StoredRecord) throws -> Bool {
        if let receiver = record.receiver {
            _ = try addWebhook(receiver.webhook)
        } else if let alert = record.alert {
            try take(alert)
        } else if let transition = record.transition {
            guard transition.number > 0 else { throw StoreError(.corrupt, "a transition has no number") }
            try execute(
                """
                INSERT INTO alert_transitions (number, id, alert, at, content) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT DO NOTHING
                """,
                [
                    .integer(transition.number), .text(StoredName.fit(transition.id)),
                    .text(StoredName.fit(transition.alert)), .second(SQLValue.clamp(second: transition.at)),
                    .text(transition.content),
                ])
        } else if let evaluation = record.evaluation {
            try take(evaluation)
        } else {
            return try takeMessages(record)
        }
        return true
    }

    private func takeMessages(_ record: StoredRecord) throws -> Bool {
        if let message = record.message {
            try execute(
                """
                INSERT INTO alert_notices (id, fault, at, content) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING
                """,
                [
                    .text(StoredName.fit(message.id)), .text(StoredName.fit(message.fault)),
                    .second(SQLValue.clamp(second: message.at)), .text(message.content),
                ])
        } else if let delivery = record.delivery {
            try execute(
                """
                INSERT INTO outbox (webhook, notice, fault, since, state, is_over, ended_at)
                VALUES ($1, $2, $3, $4, $5, $6, \(dialect.epoch)) ON CONFLICT (webhook, notice) DO NOTHING
                """,
                [
                    .text(StoredName.fit(delivery.receiver)), .text(StoredName.fit(delivery.message)),
                    .text(StoredName.fit(delivery.fault)), .second(SQLValue.clamp(second: delivery.since)),
                    .text(delivery.state), .boolean(false),
                ])
        } else {
            return false
        }
        return true
    }

    private func take(_ alert: StoredRecord.Alert) throws {
        guard let state = AlertRecord.State(rawValue: alert.state), alert.number >= 0 else {
            throw StoreError(.corrupt, "an alert has a state or a number that there is not")
        }
        try write(
            [
                AlertRecord(
                    id: alert.id, rule: alert.rule, state: state, severity: alert.severity,
                    environment: alert.environment, service: alert.service, dependency: alert.dependency,
                    operation: alert.operation, host: alert.host, changedAt: alert.changedAt, content: alert.content)
            ], numbers: [alert.id: alert.number])
    }

    /// Numbers that are given from now on are above all that came.
    private func take(_ evaluation: StoredRecord.Evaluation) throws {
        let last = try query("SELECT max(number) FROM alert_transitions").first
        let highest = try last.map { $0.isNull(0) ? 0 : try $0.integer(0) } ?? 0
        try execute(
            """
            UPDATE alert_evaluation SET newest = $1, version = version + 1, content = $2 WHERE id = 1
            """, [.integer(max(0, evaluation.newest, highest)), .text(evaluation.content)])
    }
}

extension StoredRecord {
    fileprivate init(_ webhook: Webhook) {
        self.init()
        receiver = Receiver(
            id: webhook.id, name: webhook.name, kind: webhook.kind, sealed: Data(webhook.sealed),
            isEnabled: webhook.isEnabled, failure: webhook.failure, failedAt: webhook.failedAt,
            pausedUntil: webhook.pausedUntil, deliveredAt: webhook.deliveredAt, lost: webhook.lost,
            createdAt: webhook.createdAt, createdBy: webhook.createdBy, changedAt: webhook.changedAt)
    }

    fileprivate init(_ alert: AlertRecord) {
        self.init()
        self.alert = Alert(
            id: alert.id, rule: alert.rule, state: alert.state.rawValue, severity: alert.severity,
            environment: alert.environment, service: alert.service, dependency: alert.dependency,
            operation: alert.operation, host: alert.host, changedAt: alert.changedAt, number: alert.number,
            content: alert.content)
    }
}

extension StoredRecord.Receiver {
    fileprivate var webhook: Webhook {
        let clamp = SQLValue.clamp(second:)
        var webhook = Webhook(
            id: StoredName.fit(id), name: name, kind: StoredName.fit(kind), sealed: Array(sealed),
            createdAt: clamp(createdAt), createdBy: createdBy)
        webhook.isEnabled = isEnabled
        webhook.failure = StoredName.fit(failure)
        webhook.failedAt = clamp(failedAt)
        webhook.pausedUntil = clamp(pausedUntil)
        webhook.deliveredAt = clamp(deliveredAt)
        webhook.lost = max(0, lost)
        webhook.changedAt = clamp(changedAt)
        return webhook
    }
}
