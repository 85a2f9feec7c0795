import VenusCore

extension SQLSession {
    /// A reading is refused whose time is so many milliseconds ahead, or which says it lasted for longer.
    private static var maximumAhead: Int64 { 3_600_000 }

    func addReadings(
        _ batch: ReadingsBatch, of name: String, keyID: String, now: Int64, heardAt: Int64
    ) throws -> ReadingsReceipt? {
        let now = SQLValue.clamp(millisecond: now)
        let heardAt = min(now, SQLValue.clamp(millisecond: heardAt))
        let host = KnownHost(
            name: StoredName.fit(name), environment: StoredName.fit(batch.environment), keyID: StoredName.fit(keyID),
            agentVersion: StoredName.fit(batch.agentVersion), firstSeen: heardAt, lastSeen: heardAt,
            publishEvery: batch.publishEvery, latest: batch.latest)
        guard let watchedUntil = try note(host, isLate: heardAt < now) else { return nil }
        var batch = batch
        batch.producer = StoredName.fit(batch.producer)

        var highest = try highestSequence(of: host.name, producer: batch.producer)
        var receipt = ReadingsReceipt(watchedFor: max(0, watchedUntil - now))
        var sums: [Tier: [Int64: HostReading]] = [:]
        for item in batch.readings {
            guard item.sequence > highest else {
                receipt.known += 1
                continue
            }
            highest = item.sequence
            let reading = item.reading
            let (length, overflow) = reading.end.subtractingReportingOverflow(reading.start)
            guard !overflow, length <= Self.maximumAhead, reading.start > 0, reading.end <= now + Self.maximumAhead
            else {
                receipt.refused += 1
                continue
            }
            receipt.taken += 1
            let second = (reading.start + length / 2) / 1_000
            for tier in Tier.allCases { sums[tier, default: [:]].add(reading, in: tier.bucket(of: second)) }
        }
        for tier in Tier.allCases { try add(sums[tier, default: [:]], tier: tier, of: host.name) }
        // What it knows of itself is written again where anything of it is new.
        try note(batch, of: host.name, highest: highest, now: now)
        return receipt
    }

    /// Adds to what is there. The host's row is ours until the transaction ends, and with it are its buckets.
    func add(_ sums: [Int64: HostReading], tier: Tier, of host: String) throws {
        let buckets = sums.sorted { $0.key < $1.key }
        guard !buckets.isEmpty else { return }
        let found = try runEach(
            "SELECT reading FROM \(tier.hostTable) WHERE host = $1 AND bucket = $2",
            buckets.map { [.text(host), .second(SQLValue.clamp(second: $0.key))] })
        let rows = try zip(buckets, found).map { bucket, found -> [SQLValue] in
            var reading = bucket.value
            if let row = found.first {
                reading = try HostReading(stored: try row.bytes(0))
                reading.add(bucket.value)
            }
            return [.text(host), .second(SQLValue.clamp(second: bucket.key)), .bytes(reading.encoded)]
        }
        try runEach(
            """
            INSERT INTO \(tier.hostTable) (host, bucket, reading) VALUES ($1, $2, $3)
            ON CONFLICT (host, bucket) DO UPDATE SET reading = excluded.reading
            """, rows)
    }

    func hostReadings(_ host: String, tier: Tier, from: Int64, to: Int64) throws -> [HostBucket] {
        try query(
            """
            SELECT bucket, reading FROM \(tier.hostTable) WHERE host = $1 AND bucket >= $2 AND bucket < $3
            ORDER BY bucket
            """,
            [.text(host), .second(SQLValue.clamp(second: from)), .second(SQLValue.clamp(second: to))]
        ).map { HostBucket(bucket: try $0.second(0), reading: try HostReading(stored: try $0.bytes(1))) }
    }

    func newestHostMinutes(_ host: String, from: Int64, limit: Int) throws -> [HostBucket] {
        try query(
            """
            SELECT bucket, reading FROM \(Tier.minute.hostTable) WHERE host = $1 AND bucket >= $2
            ORDER BY bucket DESC LIMIT $3
            """,
            [.text(host), .second(SQLValue.clamp(second: from)), .count(limit)]
        ).reversed().map { HostBucket(bucket: try $0.second(0), reading: try HostReading(stored: try $0.bytes(1))) }
    }

    func countHostReadings(_ host: String, tier: Tier, from: Int64, to: Int64) throws -> Int {
        try query(
            "SELECT count(*) FROM \(tier.hostTable) WHERE host = $1 AND bucket >= $2 AND bucket < $3",
            [.text(host), .second(SQLValue.clamp(second: from)), .second(SQLValue.clamp(second: to))]
        ).first.map { Int(clamping: try $0.count(0)) } ?? 0
    }

    /// Removes some of the rows before `keptSince`, as many as one transaction may.
    ///
    /// - Returns: whether there may be more.
    func removeOldestHostReadings(of tier: Tier, before keptSince: Int64) throws -> Bool {
        let row = dialect == .sqlite ? "rowid" : "ctid"
        let removed = try execute(
            """
            DELETE FROM \(tier.hostTable) WHERE \(row) IN (
                SELECT \(row) FROM \(tier.hostTable) WHERE bucket < $1 ORDER BY bucket LIMIT $2
            )
            """,
            [.second(max(0, keptSince)), .count(StateRetention.rowsAtOnce)])
        return removed == StateRetention.rowsAtOnce
    }

    /// Removes hosts of which nothing can be left, and producers that will not come again.
    func removeOldHosts(nowSeconds: Int64, retention: Int64) throws {
        try execute("DELETE FROM hosts WHERE last_seen < $1", [sinceMillisecond(nowSeconds - retention)])
        try execute(
            "DELETE FROM host_producers WHERE last_seen < $1",
            [sinceMillisecond(nowSeconds - StateRetention.hostProducers)])
        try removeOldReadingsBuckets(
            checkedBefore: sinceMillisecond(nowSeconds - StateRetention.readingsBuckets),
            movedBefore: sinceMillisecond(nowSeconds - StateRetention.hostProducers))
    }

    private func sinceMillisecond(_ second: Int64) -> SQLValue {
        .millisecond(SQLValue.clamp(second: second) * 1_000)
    }
}

extension [Int64: HostReading] {
    fileprivate mutating func add(_ reading: HostReading, in bucket: Int64) {
        if self[bucket]?.add(reading) == nil { self[bucket] = reading }
    }
}
