import VenusCore

/// The windows of each edge's methods, while a shard has more operations than its feed shows: what the feed leaves out
/// of a method is the method less its operations that are shown, and goes there as `METHOD _overflow`.
///
/// Bound: ``maximum`` methods with histograms at hand, as ``WindowTable`` says of edges; of further ones nothing is
/// told.
struct MethodWindows: Sendable {
    static let maximum = 1_000
    /// Operations whose cells are read in a tick, about, to begin with methods: each has up to 210.
    static let readPerTick = 500

    /// By the key of what is left out.
    private var windows: [SeriesKey: SeriesWindows] = [:]

    var isEmpty: Bool { windows.isEmpty }

    /// Whether the operation is never shown by itself, since it is what is left out.
    func contains(_ operation: SeriesKey) -> Bool { windows[operation] != nil }

    /// Adds calls of an operation that enter its own windows as well.
    mutating func enter(_ totals: KPITotals, of operation: SeriesKey, at second: Int64) {
        guard !windows.isEmpty else { return }
        windows[Self.key(of: operation)]?.enter(totals, at: second)
    }

    /// Moves the windows on as those of the operations were, and begins with methods that are new: a few in each tick.
    mutating func tick(_ operations: [(number: Int32, entry: KeyTable.Entry)], of table: WindowTable) {
        for key in windows.keys {
            windows[key]?.advance(to: table.now)
            if windows[key]?.isEmpty == true { windows[key] = nil }
        }
        guard windows.count < Self.maximum else { return }
        var order: [SeriesKey] = []
        var new: [SeriesKey: [SeriesWindows]] = [:]
        for (number, entry) in operations where entry.key.level == .operation {
            let key = Self.key(of: entry.key)
            guard windows[key] == nil, let series = table[number] else { continue }
            if new[key] == nil { order.append(key) }
            new[key, default: []].append(series)
        }
        var read = 0
        for key in order {
            guard windows.count < Self.maximum, read < Self.readPerTick, let series = new[key] else { break }
            windows[key] = SeriesWindows(sumOf: series, now: table.now)
            read += series.count
        }
    }

    mutating func removeAll() { windows = [:] }

    /// What the methods have besides the operations that are shown. Its extreme times may be those of what is shown.
    func rest(besides shown: [FeedSeries]) -> [FeedSeries] {
        var rest = windows.mapValues(\.totals)
        for series in shown where !rest.isEmpty {
            let key = Self.key(of: series.key)
            for (place, totals) in series.windows.enumerated() { rest[key]?[place].subtract(totals) }
        }
        return rest.compactMap { key, windows in
            windows.allSatisfy(\.isEmpty)
                ? nil : FeedSeries(key: key, windows: windows.map { $0.isEmpty ? KPITotals() : $0 })
        }
    }

    private static func key(of operation: SeriesKey) -> SeriesKey {
        var key = operation
        key.operation = KeyTable.overflow(of: operation.operation)
        return key
    }
}
