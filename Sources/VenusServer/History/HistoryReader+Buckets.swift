package import VenusCore
import VenusStore

extension HistoryReader {
    /// What a series did in each bucket of a span, by the start of the bucket; those without calls are left out.
    package func buckets(_ span: HistorySpan, of key: SeriesKey) async throws -> [Int64: KPITotals] {
        let names = { (name: String) in name.isEmpty ? nil : name }
        let query = RollupQuery(
            tier: span.tier, from: span.from, to: span.end, level: key.level, environment: key.environment,
            service: names(key.service), dependency: names(key.dependency), operation: names(key.operation))
        let stored = try await store.history(query)
        var composer = HistoryComposer(span: span, level: key.level)
        composer.add(stored.open) { $0.key(at: key.level) == key }
        composer.add(stored.rows)
        var buckets: [Int64: KPITotals] = [:]
        for point in composer.points(seenSince: span.from, seenUntil: span.end) where !point.totals.isEmpty {
            buckets[point.bucket] = point.totals
        }
        return buckets
    }
}
