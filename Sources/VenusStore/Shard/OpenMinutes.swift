import Synchronization
import VenusCore

/// What a shard's open minutes add up to, by minute and operation; grows with each of its checkpoints, which are read
/// once.
struct OpenMinutes: Sendable {
    /// Series in all minutes that are held for the next reader; beyond, that one reads anew.
    static let maximumSeries = 200_000

    /// The newest checkpoint that is in it.
    private(set) var newest: (id: Int64, takenAt: Int64)?
    /// Calls that ended before this second may be in it; 0 where there are none.
    private(set) var seenUntil: Int64 = 0
    private var minutes: [Int64: [SeriesKey: KPITotals]] = [:]

    var seriesCount: Int { minutes.values.reduce(0) { $0 + $1.count } }

    /// - Parameter openSince: seconds since the epoch: earlier cells are those of closed minutes.
    mutating func add(id: Int64, takenAt: Int64, encodedCells: [UInt8], openSince: Int64) throws(EncodingError) {
        try Checkpoint.readCells(encodedCells) { second, key, totals in
            guard second >= openSince else { return }
            seenUntil = max(seenUntil, second + 1)
            minutes[Tier.minute.bucket(of: second), default: [:]].add(totals, at: key)
        }
        newest = (id, takenAt)
    }

    mutating func forget(before openSince: Int64) {
        minutes = minutes.filter { $0.key >= openSince }
        if minutes.isEmpty { seenUntil = 0 }
    }

    /// The minutes before the query's end, added up at its level: a cell each, at the minute's first second.
    func cells(_ wanted: RollupQuery) -> [Cell] {
        var cells: [Cell] = []
        for (minute, series) in minutes where minute < wanted.to {
            var sums: [SeriesKey: KPITotals] = [:]
            for (key, totals) in series where wanted.matches(key) { sums.add(totals, at: key.key(at: wanted.level)) }
            for (key, totals) in sums { cells.append(Cell(second: minute, key: key, totals: totals)) }
        }
        return cells
    }
}

/// The open minutes of all shards as a store read them last: who looks at history again reads what came since.
final class OpenMinutesCache: Sendable {
    private struct Kept {
        var minutes = OpenMinutes()
        /// Since when the minutes are open that were too many to be kept.
        var tooManySince: Int64?
    }

    private final class Shard: Sendable {
        let kept = Mutex(Kept())
    }

    private let shards = Mutex<[Int: Shard]>([:])

    /// Brings a shard's minutes up to date by `update`, one caller at a time, and returns what it does.
    func with<Value: Sendable>(
        _ number: Int, openSince: Int64, _ update: (inout OpenMinutes) throws -> Value
    ) rethrows -> Value {
        try shard(number).kept.withLock { kept in try Self.update(&kept, openSince: openSince, update) }
    }

    /// The same for nobody who waits. Of minutes that are too many to be kept it does nothing until one of them closes:
    /// it would read all of them each time, and hold up who looks.
    func readAhead(_ number: Int, openSince: Int64, _ update: (inout OpenMinutes) throws -> Void) rethrows {
        try shard(number).kept.withLock { kept in
            guard kept.tooManySince != openSince else { return }
            try Self.update(&kept, openSince: openSince, update)
        }
    }

    private func shard(_ number: Int) -> Shard {
        shards.withLock { shards in
            if let shard = shards[number] { return shard }
            let shard = Shard()
            shards[number] = shard
            return shard
        }
    }

    private static func update<Value>(
        _ kept: inout Kept, openSince: Int64, _ update: (inout OpenMinutes) throws -> Value
    ) rethrows -> Value {
        // Taken out, so that it is changed in place, and not kept half changed.
        var minutes = OpenMinutes()
        swap(&minutes, &kept.minutes)
        let value = try update(&minutes)
        if minutes.seriesCount <= OpenMinutes.maximumSeries {
            kept.minutes = minutes
        } else {
            kept.tooManySince = openSince
        }
        return value
    }
}

extension RollupQuery {
    /// Whether an operation's calls belong to the series that are asked for.
    fileprivate func matches(_ key: SeriesKey) -> Bool {
        (service == nil || service == key.service) && (dependency == nil || dependency == key.dependency)
            && (operation == nil || operation == key.operation)
            && (environment == nil || environment == key.environment)
    }
}

extension Dictionary where Value == KPITotals {
    fileprivate mutating func add(_ totals: KPITotals, at key: Key) {
        guard let place = index(forKey: key) else {
            self[key] = totals
            return
        }
        values[place].merge(totals)
    }
}
