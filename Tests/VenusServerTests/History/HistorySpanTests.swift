import Testing
import VenusCore
import VenusServer

@Suite("Spans of history")
struct HistorySpanTests {
    /// A Saturday, 04:07:09 UTC.
    private let now: Int64 = 1_795_234_029

    @Test(
        "each range reads its tier and ends with the bucket of now",
        arguments: [
            (HistoryRange.hour, "1m", 60), (.day, "15m", 96), (.week, "2h", 84), (.month, "8h", 90), (.year, "1d", 365),
        ] as [(HistoryRange, String, Int64)])
    func ranges(range: HistoryRange, tier: String, points: Int64) {
        let span = HistorySpan(range, now: now)
        #expect(span.tier.name == tier)
        #expect((span.end - span.from) / span.tier.seconds == points)
        #expect(span.from % span.tier.seconds == 0)
        #expect(span.end - span.tier.seconds <= now && now < span.end)
    }

    @Test("from and to take whole buckets of the finest tier that is kept for so long")
    func fromTo() throws {
        let recent = try #require(HistorySpan(from: now - 600, to: now - 300, now: now))
        #expect(recent.tier == .minute)
        #expect(recent.from <= now - 600 && recent.end >= now - 300)
        #expect((recent.end - recent.from) / 60 <= 7)
        let older = try #require(HistorySpan(from: now - 3 * 86_400, to: now - 3 * 86_400 + 600, now: now))
        #expect(older.tier == .quarterHour)
        var longer = Retention()
        longer[.minute] = 4 * 86_400
        let kept = HistorySpan(from: older.from, to: older.from + 600, now: now, retention: longer)
        #expect(kept?.tier == .minute)
        let old = try #require(HistorySpan(from: now - 400 * 86_400, to: now, now: now))
        #expect(old.tier == .day)
        #expect(HistorySpan(from: 0, to: now, now: now) == nil)
    }
}
