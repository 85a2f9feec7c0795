import VenusCore

extension SQLSession {
    /// So many spans of one tier are read one by one; where there are more, what lies between them is read with them.
    static var maximumSpans: Int { 8 }

    /// Marks tell where a tier does not hold everything: its finer tiers are read there, and nowhere else.
    func history(_ wanted: RollupQuery, known: OpenMinutesCache) throws -> StoredHistory {
        var wanted = wanted
        wanted.from = wanted.tier.bucket(of: SQLValue.clamp(second: wanted.from))
        wanted.to = SQLValue.clamp(second: wanted.to)
        var history = StoredHistory(rows: try rollups(wanted), open: try openMinutes(wanted, known: known))
        let marks = try query(
            """
            SELECT DISTINCT tier_seconds, bucket FROM rollup_marks
            WHERE tier_seconds <= $1 AND bucket >= $2 AND bucket < $3
            """,
            [.integer(wanted.tier.seconds), .second(wanted.from), .second(wanted.to)]
        ).map { (tier: try $0.integer(0), bucket: try $0.second(1)) }
        var tier = wanted.tier
        while let child = tier.child {
            let stale = Set(marks.lazy.filter { $0.tier <= tier.seconds }.map { tier.bucket(of: $0.bucket) })
            for span in Self.spans(of: stale.sorted(), length: tier.seconds) {
                var finer = wanted
                finer.tier = child
                finer.from = max(wanted.from, span.lowerBound)
                finer.to = min(wanted.to, span.upperBound)
                history.rows += try rollups(finer)
            }
            tier = child
        }
        return history
    }

    /// The spans of neighbouring buckets; of too many, one that holds them all.
    private static func spans(of buckets: [Int64], length: Int64) -> [Range<Int64>] {
        var spans: [Range<Int64>] = []
        for bucket in buckets {
            if let last = spans.last, last.upperBound == bucket {
                spans[spans.count - 1] = last.lowerBound..<bucket + length
            } else {
                spans.append(bucket..<bucket + length)
            }
        }
        guard spans.count > maximumSpans, let first = spans.first, let last = spans.last else { return spans }
        return [first.lowerBound..<last.upperBound]
    }
}
