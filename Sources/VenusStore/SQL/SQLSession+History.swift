import VenusCore

extension SQLSession {
    /// So many spans of one tier are read one by one; where there are more, what lies between them is read with them.
    static var maximumSpans: Int { 8 }

    /// Marks tell where a tier does not hold everything: its finer tiers are read there, and nowhere else.
    func history(
        _ wanted: RollupQuery, unless known: HistoryVersion?, openMinutes: OpenMinutesCache
    ) throws -> StoredHistory {
        var wanted = wanted
        wanted.from = wanted.tier.bucket(of: SQLValue.clamp(second: wanted.from))
        wanted.to = SQLValue.clamp(second: wanted.to)
        let open = try self.openMinutes(wanted, known: openMinutes)
        let marks = try query(
            """
            SELECT DISTINCT tier_seconds, bucket FROM rollup_marks
            WHERE tier_seconds <= $1 AND bucket >= $2 AND bucket < $3
            """,
            [.integer(wanted.tier.seconds), .second(wanted.from), .second(wanted.to)]
        ).map { (tier: try $0.integer(0), bucket: try $0.second(1)) }
        var unsettled = Set(marks.map { wanted.tier.bucket(of: $0.bucket) })
        for cell in open.lazy.flatMap(\.cells) where cell.second >= wanted.from {
            unsettled.insert(wanted.tier.bucket(of: cell.second))
        }
        var history = StoredHistory(open: open, unsettled: unsettled)
        try askForPagesTogether()
        // Who knows nothing has the rows and their version read at once.
        if let known {
            history.version = try version(wanted, unsettled: unsettled)
            history.isUnchanged = history.version == known
        }
        if history.isUnchanged {
            for span in Self.spans(of: unsettled.sorted(), length: wanted.tier.seconds) {
                history.rows += try rollups(wanted.within(span))
            }
        } else {
            (history.rows, history.version) = try versionedRollups(wanted, unsettled: unsettled)
        }
        var tier = wanted.tier
        while let child = tier.child {
            let stale = Set(marks.lazy.filter { $0.tier <= tier.seconds }.map { tier.bucket(of: $0.bucket) })
            for span in Self.spans(of: stale.sorted(), length: tier.seconds) {
                var finer = wanted.within(span)
                finer.tier = child
                history.rows += try rollups(finer)
            }
            tier = child
        }
        return history
    }

    /// For the rest of the transaction. A series has one row a bucket, each on a page of its own. PostgreSQL takes them
    /// for few and would follow an index from one to the next, waiting for the disk each time; of a bitmap it has the disk
    /// bring many at once, unless it is set not to, or cannot.
    private func askForPagesTogether() throws {
        guard dialect == .postgres else { return }
        _ = try query(
            """
            SELECT set_config('enable_indexscan', 'off', true), CASE current_setting('effective_io_concurrency')
                WHEN '0' THEN '0' ELSE set_config('effective_io_concurrency', '1000', true) END
            """)
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

extension RollupQuery {
    /// The same of that part of the time which lies within the span.
    fileprivate func within(_ span: Range<Int64>) -> RollupQuery {
        var part = self
        part.from = max(from, span.lowerBound)
        part.to = min(to, span.upperBound)
        return part
    }
}
