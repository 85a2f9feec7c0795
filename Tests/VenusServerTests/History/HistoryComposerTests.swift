import Testing
import VenusCore
import VenusServer
import VenusStore

@Suite("Composing history")
struct HistoryComposerTests {
    private let key = edge("shop", "db:1")
    private let base: Int64 = 1_795_233_600  // Midnight-aligned enough: a multiple of 7,200.

    private func row(_ tier: Tier, _ bucket: Int64, _ calls: Int, shard: Int = 0) -> RollupRow {
        RollupRow(tier: tier, bucket: bucket, shard: shard, key: key, totals: totals(success: calls))
    }

    private func span(_ tier: Tier, buckets: Int64) throws -> HistorySpan {
        var span = HistorySpan(.hour, now: base)
        span.tier = tier
        span.from = tier.bucket(of: base)
        span.end = span.from + buckets * tier.seconds
        span.now = span.end
        return span
    }

    private func calls(_ composer: HistoryComposer) -> [UInt64] {
        composer.points(seenSince: 0, seenUntil: .max / 2).map(\.totals.calls)
    }

    @Test("rows of several shards add up; buckets without rows are there, empty")
    func shards() throws {
        var composer = HistoryComposer(span: try span(.minute, buckets: 3), level: .edge)
        composer.add([row(.minute, base, 2), row(.minute, base, 3, shard: 1), row(.minute, base + 120, 1)])
        #expect(calls(composer) == [5, 0, 1])
    }

    @Test("a bucket that is not made yet is composed from its children, through every tier")
    func composes() throws {
        var composer = HistoryComposer(span: try span(.twoHours, buckets: 1), level: .edge)
        composer.add([row(.quarterHour, base, 10)])
        composer.add([row(.minute, base + 900, 3), row(.minute, base + 960, 4)])
        #expect(calls(composer) == [17])
    }

    @Test("a made bucket and its children are never both counted, shard by shard")
    func once() throws {
        var composer = HistoryComposer(span: try span(.quarterHour, buckets: 1), level: .edge)
        composer.add([row(.quarterHour, base, 7)])
        composer.add([row(.minute, base, 3), row(.minute, base + 60, 4)])
        // The other shard's bucket is not made yet.
        composer.add([row(.minute, base, 5, shard: 1)])
        #expect(calls(composer) == [12])
    }

    @Test("calls that came after the bucket was made count while its mark is pending")
    func pendingMark() throws {
        var composer = HistoryComposer(span: try span(.quarterHour, buckets: 1), level: .edge)
        composer.add([row(.quarterHour, base, 7), row(.minute, base, 3), row(.minute, base + 60, 6)])
        #expect(calls(composer) == [9])
    }

    @Test("a bucket whose children are past their retention keeps its own count")
    func retention() throws {
        var composer = HistoryComposer(span: try span(.quarterHour, buckets: 1), level: .edge)
        composer.add([row(.quarterHour, base, 7), row(.minute, base + 840, 1)])
        #expect(calls(composer) == [7])
    }

    @Test("open minutes count by their cells, and a minute that closed between two reads counts once")
    func openMinutes() throws {
        let operation = SeriesKey.operation("GET /", service: "shop", dependency: "db:1", environment: "production")
        let other = SeriesKey.operation("GET /", service: "other", dependency: "db:1", environment: "production")
        var composer = HistoryComposer(span: try span(.minute, buckets: 2), level: .edge)
        let cells = [
            Cell(second: base + 5, key: operation, totals: totals(success: 2)),
            Cell(second: base + 6, key: operation, totals: totals(success: 1)),
            Cell(second: base + 65, key: operation, totals: totals(success: 4)),
            Cell(second: base + 65, key: other, totals: totals(success: 100)),
        ]
        composer.add([OpenCells(shard: 0, openSince: base, cells: cells)]) { $0.service == "shop" }
        composer.add([row(.minute, base, 3)])
        #expect(calls(composer) == [3, 4])
    }

    @Test("coverage says how much of a bucket was seen")
    func coverage() throws {
        var composer = HistoryComposer(span: try span(.minute, buckets: 3), level: .edge)
        #expect(composer.points(seenSince: 0, seenUntil: base + 75).map(\.coverage) == [1, 0.25, 0])
        #expect(composer.points(seenSince: base + 45, seenUntil: base + 75).map(\.coverage) == [0.25, 0.25, 0])
        #expect(composer.points(seenSince: base + 600, seenUntil: base + 75).map(\.coverage) == [0, 0, 0])
        // Calls from before anybody is known to have looked show that somebody did.
        composer.add([row(.minute, base, 1)])
        #expect(composer.points(seenSince: base + 45, seenUntil: base + 75).map(\.coverage) == [1, 0.25, 0])
    }

    @Test("what was seen is told by the feed, or by the store where the feed is silent")
    func seenUntil() {
        let open = [
            OpenCells(shard: 0, openSince: 600, cells: [Cell(second: 630, key: key, totals: KPITotals())]),
            OpenCells(shard: 1, openSince: 540, cells: []),
        ]
        #expect(HistoryReader.seenUntil(open, newestFrameAt: nil, now: 1_000) == 631)
        #expect(HistoryReader.seenUntil(open, newestFrameAt: 700_500, now: 1_000) == 700)
        #expect(HistoryReader.seenUntil(open, newestFrameAt: 2_000_000, now: 1_000) == 1_000)
        #expect(HistoryReader.seenUntil([], newestFrameAt: nil, now: 1_000) == 0)
    }
}
