extension SQLSession {
    private static var columns: String {
        "name, checked_at, failure, failed_since, taken, refused, refused_object, refused_reason, refused_at"
    }

    func readingsPlaces(in bucket: String) throws -> [String: String] {
        let rows = try query("SELECT host, place FROM readings_places WHERE bucket = $1", [.text(bucket)])
        return Dictionary(try rows.map { (try $0.text(0), try $0.text(1)) }, uniquingKeysWith: { $1 })
    }

    func readingsBuckets() throws -> [ReadingsBucket] {
        try query("SELECT \(Self.columns) FROM readings_buckets ORDER BY name").map { row in
            var bucket = ReadingsBucket(
                name: try row.text(0), checkedAt: try row.millisecond(1), failure: try row.text(2),
                failedSince: try row.millisecond(3), taken: try row.count(4), refused: try row.count(5))
            let object = try row.text(6)
            if !object.isEmpty {
                bucket.lastRefusal = ReadingsBucket.Refusal(
                    object: object, reason: try row.text(7), at: try row.millisecond(8))
            }
            return bucket
        }
    }

    func write(_ bucket: ReadingsBucket, places: [String: String], now: Int64) throws {
        let refusal = bucket.lastRefusal
        try execute(
            """
            INSERT INTO readings_buckets (\(Self.columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (name) DO UPDATE SET checked_at = excluded.checked_at, failure = excluded.failure,
                failed_since = excluded.failed_since, taken = excluded.taken, refused = excluded.refused,
                refused_object = excluded.refused_object, refused_reason = excluded.refused_reason,
                refused_at = excluded.refused_at
            """,
            [
                .text(bucket.name), .millisecond(SQLValue.clamp(millisecond: bucket.checkedAt)),
                .text(Self.fit(bucket.failure)), .millisecond(SQLValue.clamp(millisecond: bucket.failedSince)),
                .count(bucket.taken), .count(bucket.refused), .text(Self.fit(refusal?.object ?? "")),
                .text(Self.fit(refusal?.reason ?? "")),
                .millisecond(SQLValue.clamp(millisecond: refusal?.at ?? 0)),
            ])
        try runEach(
            """
            INSERT INTO readings_places (bucket, host, place, moved_at)
            SELECT $1, $2, $3, $4 WHERE (SELECT count(*) FROM readings_places WHERE bucket = $1)
                < \(ReadingsBucket.maximumPlaces)
                OR EXISTS (SELECT 1 FROM readings_places WHERE bucket = $1 AND host = $2)
            ON CONFLICT (bucket, host) DO UPDATE SET place = excluded.place, moved_at = excluded.moved_at
            """,
            places.sorted { $0.key < $1.key }.map {
                [
                    .text(bucket.name), .text($0.key), .text($0.value),
                    .millisecond(SQLValue.clamp(millisecond: now)),
                ]
            })
    }

    /// Removes what is known of buckets that nobody looks into, and of folders in which nothing has come for so long
    /// that nothing of what is there may be taken any more.
    func removeOldReadingsBuckets(checkedBefore: SQLValue, movedBefore: SQLValue) throws {
        try execute("DELETE FROM readings_buckets WHERE checked_at < $1", [checkedBefore])
        try execute("DELETE FROM readings_places WHERE moved_at < $1", [movedBefore])
    }

    private static func fit(_ text: String) -> String {
        guard text.utf8.count > ReadingsBucket.maximumTextBytes else { return text }
        return String(decoding: text.utf8.prefix(ReadingsBucket.maximumTextBytes), as: UTF8.self)
    }
}
