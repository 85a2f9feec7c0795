package import VenusCore
package import VenusStore

/// Makes the points of a span from stored rows of its tier, of finer tiers where the coarser bucket is not made yet,
/// and from the open minutes' cells.
///
/// No call is counted twice: for every bucket, shard and series there is one source, the stored row or the sum of its
/// children, and it is the one that saw more calls. A row that was made before late calls came, a bucket whose
/// children are past their retention, and a minute that closed between two reads all come out right.
package struct HistoryComposer: Sendable {
    private struct Place: Hashable {
        var bucket: Int64
        var shard: Int
        var key: SeriesKey
    }

    package struct Point: Sendable, Equatable {
        /// Start of the bucket, seconds since the epoch.
        package var bucket: Int64
        /// 0 … 1: how much of the bucket was analysed yet.
        package var coverage: Double
        package var totals: KPITotals
    }

    private let span: HistorySpan
    private let level: Level
    /// Buckets of the span's tier that are made here; `nil`: all.
    private let buckets: Set<Int64>?
    private var rows: [Tier: [Place: KPITotals]] = [:]
    private var openMinutes: [Place: KPITotals] = [:]

    /// - Parameter buckets: those of the span's tier that are to be made, where the others are known; `nil`: all.
    package init(span: HistorySpan, level: Level, buckets: Set<Int64>? = nil) {
        self.span = span
        self.level = level
        self.buckets = buckets
    }

    /// Adds stored rows of any tier that makes up the span's.
    package mutating func add(_ stored: [RollupRow]) {
        for row in stored where row.bucket >= span.from && row.bucket < span.end && row.key.level == level {
            if let buckets, !buckets.contains(span.tier.bucket(of: row.bucket)) { continue }
            let place = Place(bucket: row.bucket, shard: row.shard, key: row.key)
            rows[row.tier, default: [:]].add(row.totals, at: place)
        }
    }

    /// Adds the cells of minutes that were open when they were read, which must be before the minutes' rows were.
    package mutating func add(_ open: [OpenCells], where matches: (SeriesKey) -> Bool) {
        for shard in open {
            for cell in shard.cells where cell.second >= span.from && cell.second < span.end && matches(cell.key) {
                let minute = Tier.minute.bucket(of: cell.second)
                let place = Place(bucket: minute, shard: shard.shard, key: cell.key.key(at: level))
                openMinutes.add(cell.totals, at: place)
            }
        }
    }

    /// All points of the span, oldest first; those without calls too, so that a chart shows gaps as gaps.
    ///
    /// - Parameters:
    ///   - seenSince: seconds since the epoch: before it nobody looked, unless there are calls from before.
    ///   - seenUntil: seconds since the epoch: calls that ended before it have been analysed.
    package func points(seenSince: Int64, seenUntil: Int64) -> [Point] {
        var totals: [Int64: KPITotals] = [:]
        for (place, some) in best() { totals.add(some, at: place.bucket) }
        let since = min(seenSince, totals.keys.min() ?? seenSince)
        return stride(from: span.from, to: span.end, by: Int(span.tier.seconds)).map { bucket in
            let seen = max(0, min(seenUntil, bucket + span.tier.seconds) - max(since, bucket))
            return Point(
                bucket: bucket, coverage: Double(seen) / Double(span.tier.seconds),
                totals: totals[bucket] ?? KPITotals())
        }
    }

    /// What each series adds up to over the buckets of the span that are among these, and over the others.
    package func series(among buckets: Set<Int64>) -> (among: [SeriesKey: KPITotals], others: [SeriesKey: KPITotals]) {
        var among: [SeriesKey: KPITotals] = [:]
        var others: [SeriesKey: KPITotals] = [:]
        for (place, totals) in best() {
            if buckets.contains(place.bucket) {
                among.add(totals, at: place.key)
            } else {
                others.add(totals, at: place.key)
            }
        }
        return (among, others)
    }

    /// The one source of every bucket, shard and series.
    private func best() -> [Place: KPITotals] {
        var best = Self.fuller(rows[.minute], openMinutes)
        var tier = Tier.minute
        while tier != span.tier, let parent = tier.parent {
            var sums: [Place: KPITotals] = [:]
            for (place, totals) in best {
                let above = Place(bucket: parent.bucket(of: place.bucket), shard: place.shard, key: place.key)
                sums.add(totals, at: above)
            }
            best = Self.fuller(rows[parent], sums)
            tier = parent
        }
        return best
    }

    /// Of each series in each bucket the totals that hold more calls.
    private static func fuller(_ stored: [Place: KPITotals]?, _ others: [Place: KPITotals]) -> [Place: KPITotals] {
        guard let stored, !stored.isEmpty else { return others }
        return others.isEmpty ? stored : stored.merging(others) { $1.calls > $0.calls ? $1 : $0 }
    }
}

extension Dictionary where Value == KPITotals {
    /// Adds to what is there. Of most series there is one row a bucket, which needs no adding up.
    fileprivate mutating func add(_ totals: KPITotals, at key: Key) {
        guard let place = index(forKey: key) else {
            self[key] = totals
            return
        }
        values[place].merge(totals)
    }
}
