import VenusAnalysis
import VenusCallLog
import VenusCore

/// What the analysis must come to, computed from all calls at once and in no clever way.
struct DirectComputation {
    private struct Booked {
        var second: Int64
        var key: SeriesKey
        var call: Call
    }

    private var booked: [Booked] = []
    private var seen: [String: Set<UInt64>] = [:]

    /// Books a block that was appended at `id`: every sequence number once.
    mutating func add(_ block: CallBlock, at id: EntryID) {
        for (place, call) in block.calls.enumerated() {
            guard seen[block.producer.id, default: []].insert(block.first + UInt64(place)).inserted else { continue }
            let appended = Int64(id.milliseconds) * 1_000
            let end = call.start + Int64(call.duration)
            let key = Samples.key(block.operations[call.operation], of: block.producer)
            let second = (end > appended + 2_000_000 ? appended : end) / 1_000_000
            booked.append(Booked(second: second, key: key, call: call))
        }
    }

    var calls: Int { booked.count }

    /// Totals by bucket and key of one level.
    func rows(_ tier: Tier, _ level: Level) -> [Int64: [SeriesKey: KPITotals]] {
        var rows: [Int64: [SeriesKey: KPITotals]] = [:]
        for one in booked {
            rows[tier.bucket(of: one.second), default: [:]][one.key.key(at: level), default: KPITotals()]
                .record(one.call)
        }
        return rows
    }

    /// Totals by key of one level in a window that ends at the second `now`.
    func window(_ window: Window, now: Int64, _ level: Level) -> [SeriesKey: KPITotals] {
        let cell = window.cellSeconds
        let start = (now + cell - 1) / cell * cell - window.seconds
        var totals: [SeriesKey: KPITotals] = [:]
        for one in booked where one.second >= start {
            totals[one.key.key(at: level), default: KPITotals()].record(one.call)
        }
        return totals
    }
}
