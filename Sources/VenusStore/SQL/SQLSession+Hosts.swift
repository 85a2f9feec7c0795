import VenusCore

extension SQLSession {
    private static var columns: String {
        "name, environment, key_id, agent_version, first_seen, last_seen, publish_ms, watched_until"
    }
    /// Producers of a host whose numbers are kept, the newest: directories of readings that its agents ever had.
    private static var maximumProducers: Int { 64 }
    /// What a producer says it dropped, at most: all of them together must fit into a number.
    private static var maximumDropped: UInt64 { 1 << 40 }

    func hosts(withLatest: Bool) throws -> [KnownHost] {
        try hosts("ORDER BY name LIMIT \(KnownHost.maximumCount)", [], withLatest: withLatest)
    }

    func hosts(heardSince since: Int64) throws -> [KnownHost] {
        try hosts(
            "WHERE last_seen >= $1 ORDER BY name LIMIT \(KnownHost.maximumCount)",
            [.millisecond(SQLValue.clamp(millisecond: since))], withLatest: true)
    }

    func host(named name: String) throws -> KnownHost? {
        try hosts("WHERE name = $1", [.text(name)], withLatest: true).first
    }

    private func hosts(_ which: String, _ values: [SQLValue], withLatest: Bool) throws -> [KnownHost] {
        let latest = withLatest ? ", latest" : ""
        let dropped = "(SELECT CAST(sum(dropped) AS bigint) FROM host_producers WHERE host = hosts.name)"
        return try query("SELECT \(Self.columns), \(dropped)\(latest) FROM hosts \(which)", values).map { row in
            var host = KnownHost(
                name: try row.text(0), environment: try row.text(1), keyID: try row.text(2),
                agentVersion: try row.text(3), firstSeen: try row.millisecond(4), lastSeen: try row.millisecond(5),
                watchedUntil: try row.millisecond(7), publishEvery: try row.integer(6),
                dropped: row.isNull(8) ? 0 : try row.count(8))
            if withLatest { host.latest = try HostReading(ifStored: try row.bytes(9)) }
            return host
        }
    }

    func watchHosts(_ names: [String], until: Int64) throws {
        try runEach(
            "UPDATE hosts SET watched_until = $2 WHERE name = $1 AND watched_until < $2",
            // Always in the same order, so that no two transactions wait for each other.
            names.sorted().map { [.text($0), .millisecond(SQLValue.clamp(millisecond: until))] })
    }

    func watchedHosts(after now: Int64) throws -> [String: Int64] {
        let watched = try query(
            "SELECT name, watched_until FROM hosts WHERE watched_until > $1",
            [.millisecond(SQLValue.clamp(millisecond: now))])
        return Dictionary(
            try watched.map { (try $0.text(0), try $0.millisecond(1)) }, uniquingKeysWith: { first, _ in first })
    }

    func removeHost(_ name: String) throws -> Bool {
        let removed = try execute("DELETE FROM hosts WHERE name = $1", [.text(name)])
        try execute("DELETE FROM host_producers WHERE host = $1", [.text(name)])
        for tier in Tier.allCases { try execute("DELETE FROM \(tier.hostTable) WHERE host = $1", [.text(name)]) }
        return removed > 0
    }

    /// Writes, or makes, the host's own row, and keeps others from writing to the host until the transaction's end.
    ///
    /// - Parameter isLate: it may be that the host was heard of later already: then what is known of it stays.
    /// - Returns: until when it is watched; `nil` where there is no place for another host.
    func note(_ host: KnownHost, isLate: Bool = false) throws -> Int64? {
        let own = "SELECT watched_until, last_seen FROM hosts WHERE name = $1 \(dialect.forUpdate)"
        var known = try query(own, [.text(host.name)]).first
        if known == nil {
            try insert(host)
            // Another may have made it meanwhile.
            known = try query(own, [.text(host.name)]).first
        }
        guard let row = known else { return nil }
        if isLate, try row.millisecond(1) > host.lastSeen { return try row.millisecond(0) }
        try update(host)
        return try row.millisecond(0)
    }

    /// Makes the row where there is none and room for one.
    private func insert(_ host: KnownHost) throws {
        try execute(
            """
            INSERT INTO hosts (\(Self.columns), latest)
            SELECT $1, $2, $3, $4, $5, $6, $7, \(dialect.epoch), $8
            WHERE (SELECT count(*) FROM hosts) < \(KnownHost.maximumCount)
            ON CONFLICT (name) DO NOTHING
            """,
            [
                .text(host.name), .text(host.environment), .text(host.keyID), .text(host.agentVersion),
                .millisecond(SQLValue.clamp(millisecond: host.firstSeen)),
                .millisecond(SQLValue.clamp(millisecond: host.lastSeen)), .integer(host.publishEvery),
                .bytes(host.latest?.encoded ?? []),
            ])
    }

    private func update(_ host: KnownHost) throws {
        let changes: [SQLValue] = [
            .text(host.name), .text(host.environment), .text(host.keyID), .text(host.agentVersion),
            .millisecond(SQLValue.clamp(millisecond: host.lastSeen)), .integer(host.publishEvery),
        ]
        let columns = "environment = $2, key_id = $3, agent_version = $4, last_seen = $5, publish_ms = $6"
        if let latest = host.latest {
            try execute(
                "UPDATE hosts SET \(columns), latest = $7 WHERE name = $1", changes + [.bytes(latest.encoded)])
        } else {
            try execute("UPDATE hosts SET \(columns) WHERE name = $1", changes)
        }
    }

    /// The highest number that is taken of the producer; 0 for a new one.
    func highestSequence(of host: String, producer: String) throws -> UInt64 {
        try query(
            "SELECT highest FROM host_producers WHERE host = $1 AND producer = $2", [.text(host), .text(producer)]
        ).first.map { try $0.count(0) } ?? 0
    }

    func note(_ batch: ReadingsBatch, of host: String, highest: UInt64, now: Int64) throws {
        try execute(
            """
            INSERT INTO host_producers (host, producer, highest, dropped, last_seen) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (host, producer) DO UPDATE SET highest = excluded.highest, dropped = excluded.dropped,
                last_seen = excluded.last_seen
            """,
            [
                .text(host), .text(batch.producer), .count(highest), .count(min(batch.dropped, Self.maximumDropped)),
                .millisecond(now),
            ])
        try execute(
            """
            DELETE FROM host_producers WHERE host = $1 AND last_seen < (
                SELECT min(last_seen) FROM (
                    SELECT last_seen FROM host_producers WHERE host = $1 ORDER BY last_seen DESC LIMIT $2
                ) AS newest
            )
            """,
            [.text(host), .count(Self.maximumProducers)])
    }
}

extension HostReading {
    /// Nothing stands for none.
    init?(ifStored bytes: [UInt8]) throws {
        guard !bytes.isEmpty else { return nil }
        try self.init(stored: bytes)
    }

    init(stored bytes: [UInt8]) throws {
        do { try self.init(encoded: bytes) } catch { throw StoreError(error) }
    }
}
