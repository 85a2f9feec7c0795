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

    private let store: any Store

    package init(store: any Store) { self.store = store }

    /// When Venus first looked, seconds since the epoch, as a decimal number: before it, no calls say nothing.
    package static let beginSettingName = "history.begin"

    /// Notes that Venus looks from now on, unless it did before.
    package func begin(now: Int64) async throws {
        try await store.setSetting(Self.beginSettingName, to: String(now), ifAbsent: true)
    }

    /// - Parameter newestFrameAt: when the live feed's newest frame was made, milliseconds since the epoch.
    package func read(
        _ span: HistorySpan, filter: Filter, newestFrameAt: Int64?
    ) async throws -> [HistoryComposer.Point] {
        var composer = HistoryComposer(span: span, level: filter.level)
        let stored = try await store.history(
            RollupQuery(
                tier: span.tier, from: span.from, to: span.end, level: filter.level, environment: filter.environment,
                service: filter.service, dependency: filter.dependency, operation: filter.operation))
        composer.add(stored.open, where: filter.matches)
        composer.add(stored.rows)
        return composer.points(
            seenSince: try await store.setting(Self.beginSettingName).flatMap { Int64($0) } ?? 0,
            seenUntil: Self.seenUntil(stored.open, newestFrameAt: newestFrameAt, now: span.now))
    }

    /// What the edges did in a span, each added up over it, sorted by key.
    package func edges(_ span: HistorySpan, filter: ViewFilter) async throws -> [(key: SeriesKey, value: KPITotals)] {
        var composer = HistoryComposer(span: span, level: .edge)
        let stored = try await store.history(
            RollupQuery(
                tier: span.tier, from: span.from, to: span.end, level: .edge, environment: filter.environment,
                service: filter.service, dependency: filter.dependency))
        composer.add(stored.open, where: filter.matches)
        composer.add(stored.rows)
        return composer.series()
    }

    /// Seconds since the epoch up to which calls have been analysed: as the feed says, or as the store shows.
    package static func seenUntil(_ open: [OpenCells], newestFrameAt: Int64?, now: Int64) -> Int64 {
        min(now, max(open.map(\.seenUntil).max() ?? 0, (newestFrameAt ?? 0) / 1_000))
    }
}
