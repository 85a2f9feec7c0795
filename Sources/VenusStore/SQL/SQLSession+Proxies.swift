import VenusCore

extension SQLSession {
    func write(_ proxies: [ProxyState]) throws {
        let columns = ProxyState.columns
        let places = columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let changes = columns.dropFirst(2).map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        try runEach(
            """
            INSERT INTO proxies (\(columns.joined(separator: ", "))) VALUES (\(places))
            ON CONFLICT (shard, producer) DO UPDATE SET \(changes)
            """,
            proxies.map(\.values))
    }

    func proxies(limit: Int) throws -> [KnownProxy] {
        let marks = try producers(limit: limit)
        var states: [String: ProxyState] = [:]
        let columns = ProxyState.columns.map { "proxies.\($0)" }.joined(separator: ", ")
        try run(
            """
            SELECT \(columns) FROM proxies JOIN (
                SELECT shard, producer FROM producers ORDER BY last_seen DESC, producer LIMIT $1
            ) AS newest ON proxies.shard = newest.shard AND proxies.producer = newest.producer
            """,
            [.count(max(0, limit))]
        ) { row in
            let state = try ProxyState(row)
            states["\(state.shard) \(state.producer)"] = state
        }
        return marks.map { KnownProxy(mark: $0, state: states["\($0.shard) \($0.producer.id)"]) }
    }

    /// Removes what is said of producers that are forgotten, and beyond a number, what was said longest ago.
    func removeOldProxies() throws {
        try execute(
            """
            DELETE FROM proxies WHERE NOT EXISTS (
                SELECT 1 FROM producers
                WHERE producers.shard = proxies.shard AND producers.producer = proxies.producer
            )
            """)
        try execute(
            """
            DELETE FROM proxies WHERE said_at < (
                SELECT min(said_at) FROM (
                    SELECT said_at FROM proxies ORDER BY said_at DESC LIMIT $1
                ) AS newest
            )
            """,
            [.integer(StateRetention.maximumProxies)])
    }
}

extension ProxyState {
    fileprivate static let columns = [
        "shard", "producer", "said_at", "calls_spooled", "has_ended_uncleanly", "started_at", "policy_mode",
        "policy_digest", "policy_rules", "policy_since", "policy_denied", "policy_would_be_denied", "policy_fault",
        "policy_fault_since", "pin_count", "pins",
    ]

    /// What is not said is empty, or the epoch.
    fileprivate var values: [SQLValue] {
        let time = { (milliseconds: Int64?) in SQLValue.millisecond(SQLValue.clamp(millisecond: milliseconds ?? 0)) }
        let policy = report.policy
        return [
            .count(shard), .text(StoredName.fit(producer)), time(saidAt), .count(callsSpooled),
            .boolean(hasEndedUncleanly), time(report.startedAt), .text(policy?.mode.rawValue ?? ""),
            .text(StoredName.fit(policy?.digest ?? "")), .count(policy?.rules ?? 0), time(policy?.since),
            .count(policy?.denied ?? 0), .count(policy?.wouldBeDenied ?? 0),
            .text(StoredName.fit(policy?.fault?.reason ?? "")), time(policy?.fault?.since), .count(report.pinCount),
            .bytes(report.pins.encoded),
        ]
    }

    fileprivate init(_ row: SQLRow) throws {
        var policy: PolicyReport?
        if let mode = PolicyReport.Mode(rawValue: try row.text(6)) {
            let reason = try row.text(12)
            policy = PolicyReport(
                mode: mode, digest: try row.text(7), rules: try row.int(8), since: try row.millisecond(9),
                denied: try row.count(10), wouldBeDenied: try row.count(11),
                fault: reason.isEmpty
                    ? nil : PolicyReport.Fault(reason: reason, since: try row.millisecond(13)))
        }
        let startedAt = try row.millisecond(5)
        self.init(
            producer: try row.text(1), shard: try row.int(0), saidAt: try row.millisecond(2),
            callsSpooled: try row.int(3), hasEndedUncleanly: try row.boolean(4),
            report: ProxyReport(
                startedAt: startedAt == 0 ? nil : startedAt, policy: policy,
                pins: try [PinnedClient](encoded: try row.bytes(15)), pinCount: try row.int(14)))
    }
}
