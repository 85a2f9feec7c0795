import VenusCore

/// The windows of each edge's methods, while a shard has more operations than its feed shows: what the feed leaves out
/// of a method is the method less its operations that are shown, and goes there as `METHOD _overflow`.
///
/// Bound: the methods of a ``KeyTable/Bounds``, of all shards of an analyzer together, with histograms at hand, as
/// ``WindowTable`` says of edges; of further ones nothing is told, so that the operations of a frame are fewer calls
/// than its edges.
///
/// A copy shares its part of the ``KeyBudget`` with the original: only one of them is to be changed.
struct MethodWindows: Sendable {
    /// Operations whose cells are read in a tick, about, to begin with methods: each has up to 210.
    static let readPerTick = 500

    /// By the key of what is left out.
    private var windows: [SeriesKey: SeriesWindows] = [:]
    private let maximum: Int
    private let share: KeyBudget.Share
    /// The table's ``KeyTable/additions`` when the methods of all of its operations were last here.
    private var completeAt: Int?

    init(maximum: Int, budget: KeyBudget) {
        self.maximum = maximum
        share = KeyBudget.Share(of: budget)
    }

    var isEmpty: Bool { windows.isEmpty }

    /// Whether the operation is never shown by itself, since it is what is left out.
    func contains(_ operation: KeyTable.Entry) -> Bool { operation.isOverflow && windows[operation.key] != nil }

    /// Adds calls of an operation that enter its own windows as well.
    mutating func enter(_ totals: KPITotals, of operation: KeyTable.Entry, at second: Int64) {
        guard !windows.isEmpty else { return }
        windows[operation.method]?.enter(totals, at: second)
    }

    /// Moves the windows on as those of the operations were, and begins with methods that are new: a few in each tick.
    mutating func tick(_ keys: KeyTable, of table: WindowTable) {
        advance(to: table.now)
        guard completeAt != keys.additions, share.methods < maximum else { return }
        var order: [SeriesKey] = []
        var new: [SeriesKey: [SeriesWindows]] = [:]
        for (number, entry) in keys.inUse where entry.key.level == .operation && windows[entry.method] == nil {
            guard let series = table[number] else { continue }
            if new[entry.method] == nil { order.append(entry.method) }
            new[entry.method, default: []].append(series)
        }
        var read = 0
        for key in order {
            guard share.methods < maximum, read < Self.readPerTick, let series = new[key] else { return }
            windows[key] = SeriesWindows(sumOf: series, now: table.now)
            share.change(methods: 1)
            read += series.count
        }
        completeAt = keys.additions
    }

    private mutating func advance(to now: Int64) {
        var empty: [SeriesKey] = []
        // By place: whoever holds the keys meanwhile makes the first change copy all.
        var place = windows.startIndex
        while place != windows.endIndex {
            windows.values[place].advance(to: now)
            if windows.values[place].isEmpty { empty.append(windows.keys[place]) }
            windows.formIndex(after: &place)
        }
        for key in empty { windows[key] = nil }
        share.change(methods: -empty.count)
    }

    mutating func removeAll() {
        share.change(methods: -windows.count)
        windows = [:]
        completeAt = nil
    }

    /// What the methods have besides the operations that are shown. Their own extreme times are not kept: those of what
    /// is left are the bounds of the outermost buckets that it fills.
    func rest(besides shown: [(entry: KeyTable.Entry, windows: [KPITotals])]) -> [FeedSeries] {
        var rest = windows.mapValues(\.totals)
        for (entry, windows) in shown where !rest.isEmpty {
            for (place, totals) in windows.enumerated() { rest[entry.method]?[place].subtract(totals) }
        }
        return rest.compactMap { key, windows in
            windows.allSatisfy(\.isEmpty) ? nil : FeedSeries(key: key, windows: windows.map(Self.narrowed))
        }
    }

    private static func narrowed(_ totals: KPITotals) -> KPITotals {
        guard !totals.isEmpty else { return KPITotals() }
        var totals = totals
        let (duration, ttfb) = (Extremes(boundsOf: totals.duration), Extremes(boundsOf: totals.ttfb))
        totals.duration.resetExtremes(minimum: duration.minimum, maximum: duration.maximum)
        totals.ttfb.resetExtremes(minimum: ttfb.minimum, maximum: ttfb.maximum)
        return totals
    }
}
