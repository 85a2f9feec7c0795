package import VenusCore
package import VenusStore

/// Reads a span of history from the store.
package struct HistoryReader: Sendable {
    /// Which series; names that are `nil` match all.
    package struct Filter: Sendable, Hashable {
        package var environment: String?
        package var service: String?
        package var dependency: String?
        package var operation: String?

        package init() {}

        /// The coarsest level that has the names asked for.
        package var level: Level {
            if operation != nil { return .operation }
            switch (service, dependency) {
            case (nil, nil): return .total
            case (_?, nil): return .service
            case (nil, _?): return .dependency
            case (_?, _?): return .edge
            }
        }

        package func matches(_ key: SeriesKey) -> Bool {
            (environment == nil || environment == key.environment) && (service == nil || service == key.service)
                && (dependency == nil || dependency == key.dependency)
                && (operation == nil || operation == key.operation)
        }
    }

    /// The points of a span, and what they add up to.
    package struct Answer: Sendable {
        package struct Point: Sendable, Hashable {
            /// Start of the bucket, seconds since the epoch.
            package var bucket: Int64
            /// 0 … 1: how much of the bucket was analysed yet.
            package var coverage: Double
            /// Of the time that was seen: the rate of an open bucket is not watered down by what is to come.
            package var kpis: KPI
        }

        /// Oldest first, those without calls too.
        package var points: [Point]
        package var totals: KPITotals
    }

    /// The KPIs of a span's settled buckets that had calls, as those of a second, by the start of the bucket.
    private struct SettledPoints: Sendable {
        var kpis: [Int64: KPI] = [:]
        var totals = KPITotals()

        /// About; the totals may have two histograms of all buckets.
        var bytes: Int { kpis.capacity * (MemoryLayout<KPI>.stride + 8) + Self.totalsBytes }
        static let totalsBytes = 2 * BucketIndex.count * MemoryLayout<UInt32>.stride
    }

    /// Each: points of a year for 150 series, or the edges of 20 past hours of 100 edges.
    private static let maximumSettledBytes = 32 << 20
    /// A series' totals, with histograms as wide as they mostly are.
    private static let seriesBytes = 8 << 10

    let store: any Store
    private let settledPoints = SettledHistory<SettledPoints>(maximumBytes: maximumSettledBytes)
    private let settledEdges = SettledHistory<[SeriesKey: KPITotals]>(maximumBytes: maximumSettledBytes)

    package init(store: any Store) { self.store = store }

    /// When Venus first looked, seconds since the epoch, as a decimal number: before it, no calls say nothing.
    package static let beginSettingName = "history.begin"

    /// Notes that Venus looks from now on, unless it did before.
    package func begin(now: Int64) async throws {
        try await store.setSetting(Self.beginSettingName, to: String(now), ifAbsent: true)
    }

    /// What was settled when the same was asked before, and has not changed since, is not read again.
    ///
    /// - Parameter newestFrameAt: when the live feed's newest frame was made, milliseconds since the epoch.
    package func read(_ span: HistorySpan, filter: Filter, newestFrameAt: Int64?) async throws -> Answer {
        let query = RollupQuery(
            tier: span.tier, from: span.from, to: span.end, level: filter.level, environment: filter.environment,
            service: filter.service, dependency: filter.dependency, operation: filter.operation)
        let known = settledPoints.value(of: query)
        let stored = try await store.history(query, unless: known?.version)
        var composer = HistoryComposer(
            span: span, level: filter.level, buckets: stored.isUnchanged ? stored.unsettled : nil)
        composer.add(stored.open, where: filter.matches)
        composer.add(stored.rows)
        var settled = known.flatMap { stored.isUnchanged ? $0.value : nil } ?? SettledPoints()
        let begin = try await store.setting(Self.beginSettingName).flatMap { Int64($0) } ?? 0
        let points = composer.points(
            seenSince: min(begin, settled.kpis.keys.min() ?? begin),
            seenUntil: Self.seenUntil(stored.open, newestFrameAt: newestFrameAt, now: span.now))
        if !stored.isUnchanged {
            for point in points where !stored.unsettled.contains(point.bucket) && !point.totals.isEmpty {
                settled.kpis[point.bucket] = KPI(point.totals, seconds: 1)
                settled.totals.merge(point.totals)
            }
            if let version = stored.version {
                settledPoints.keep(settled, of: query, version: version, bytes: settled.bytes)
            }
        }
        var answer = Answer(points: [], totals: settled.totals)
        answer.points.reserveCapacity(points.count)
        let length = Double(span.tier.seconds)
        for point in points {
            let seconds = max(1, point.coverage * length)
            var kpis: KPI
            if let known = settled.kpis[point.bucket] {
                kpis = known
                kpis.load.spread(over: seconds)
            } else {
                kpis = KPI(point.totals, seconds: seconds)
                answer.totals.merge(point.totals)
            }
            answer.points.append(Answer.Point(bucket: point.bucket, coverage: point.coverage, kpis: kpis))
        }
        return answer
    }

    /// What the edges did in a span, each added up over it, sorted by key.
    package func edges(_ span: HistorySpan, filter: ViewFilter) async throws -> [(key: SeriesKey, value: KPITotals)] {
        let query = RollupQuery(
            tier: span.tier, from: span.from, to: span.end, level: .edge, environment: filter.environment,
            service: filter.service, dependency: filter.dependency)
        let known = settledEdges.value(of: query)
        let stored = try await store.history(query, unless: known?.version)
        var composer = HistoryComposer(span: span, level: .edge, buckets: stored.isUnchanged ? stored.unsettled : nil)
        composer.add(stored.open, where: filter.matches)
        composer.add(stored.rows)
        let made = composer.series(among: stored.unsettled)
        var edges = made.others
        if stored.isUnchanged, let known {
            edges = known.value
        } else if let version = stored.version {
            settledEdges.keep(edges, of: query, version: version, bytes: edges.count * Self.seriesBytes)
        }
        for (key, totals) in made.among { edges[key, default: KPITotals()].merge(totals) }
        // Places are sorted, not the totals, of which each copy counts references.
        let keys = edges.keys
        return keys.indices.sorted { keys[$0] < keys[$1] }.map { edges[$0] }
    }

    /// Seconds since the epoch up to which calls have been analysed: as the feed says, or as the store shows.
    package static func seenUntil(_ open: [OpenCells], newestFrameAt: Int64?, now: Int64) -> Int64 {
        min(now, max(open.map(\.seenUntil).max() ?? 0, (newestFrameAt ?? 0) / 1_000))
    }
}

extension KPI.Load {
    /// Makes what came in one second what came in so many.
    fileprivate mutating func spread(over seconds: Double) {
        callsPerMinute /= seconds
        bytesSentPerSecond /= seconds
        bytesReceivedPerSecond /= seconds
    }
}
