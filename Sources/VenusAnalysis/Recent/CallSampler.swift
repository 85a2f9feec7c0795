package import VenusCallLog
package import VenusCore

/// Picks the calls that are shown by themselves out of the blocks that go by.
///
/// Bound: ``RecentCalls/maximumCalls`` calls a list, names of a kilobyte; and so many blocks a tick are looked at call
/// by call, however many come.
package struct CallSampler: Sendable {
    /// Blocks a tick of which calls are taken as the last ones.
    static let lastBlocksPerTick = 16
    /// Further blocks a tick that are looked at because of a slow or a failed call.
    static let blocksPerTick = 32
    /// Calls of one block that are taken as the last ones.
    static let lastCallsPerBlock = 20
    /// How long a slow call is shown, in microseconds.
    static let slowestAge: Int64 = 900_000_000
    /// Calls of one edge among the slowest and among the failed: one bad dependency does not hide the others.
    static let callsPerEdge = 20

    package private(set) var calls = RecentCalls()
    private var blocksThisTick = 0
    /// What a call must exceed to be among the slowest, in microseconds; 0 while there is room.
    private var slowThreshold: UInt32 = 0

    package init() {}

    /// Notes the calls of a block from the place `known` on, whose columns have been decoded.
    ///
    /// - Parameter key: of a line of the block's operations.
    package mutating func note(
        _ record: CallsRecord, _ columns: CallColumns, from known: Int, key: (Int) -> SeriesKey
    ) {
        let isForLast = blocksThisTick < Self.lastBlocksPerTick
        if !isForLast {
            guard blocksThisTick < Self.lastBlocksPerTick + Self.blocksPerTick,
                columns.hasFailed || columns.slowest(from: known) > slowThreshold
            else { return }
        }
        guard let rows = try? record.rows() else { return }
        blocksThisTick += 1
        let instance = record.header.producer.instance
        for (place, row) in rows.enumerated().dropFirst(known) where !row.flags.contains(.activity) {
            let isLast = isForLast && place >= rows.count - Self.lastCallsPerBlock
            let isSlow = row.duration > slowThreshold && !row.flags.contains(.tunnel)
            let isFailed = RecentCall.isFailed(row.outcome)
            guard isLast || isSlow || isFailed else { continue }
            let call = RecentCall(key: key(row.operation), instance: instance, call: row)
            if isLast { calls.last.append(call) }
            if isSlow { calls.slowest.append(call) }
            if isFailed { calls.failed.append(call) }
        }
    }

    /// Ends a step: sorts what came, and forgets what is beyond the bounds.
    ///
    /// - Parameter now: milliseconds since the epoch.
    package mutating func tick(now: Int64) {
        guard blocksThisTick > 0 || !calls.slowest.isEmpty else { return }
        blocksThisTick = 0
        let isLater = { (left: RecentCall, right: RecentCall) in left.end > right.end }
        calls.last.sort(by: isLater)
        calls.last = Array(calls.last.prefix(RecentCalls.maximumCalls))
        calls.failed.sort(by: isLater)
        calls.failed = Self.bounded(calls.failed)
        let oldest = now * 1_000 - Self.slowestAge
        calls.slowest.removeAll { $0.end < oldest }
        calls.slowest.sort { ($1.call.duration, $1.end) < ($0.call.duration, $0.end) }
        calls.slowest = Self.bounded(calls.slowest)
        slowThreshold = calls.slowest.count < RecentCalls.maximumCalls ? 0 : calls.slowest.last?.call.duration ?? 0
    }

    private static func bounded(_ calls: [RecentCall]) -> [RecentCall] {
        var ofEdge: [SeriesKey: Int] = [:]
        var kept: [RecentCall] = []
        for call in calls {
            guard kept.count < RecentCalls.maximumCalls else { break }
            let count = ofEdge[call.key.key(at: .edge), default: 0]
            guard count < callsPerEdge else { continue }
            ofEdge[call.key.key(at: .edge)] = count + 1
            kept.append(call)
        }
        return kept
    }
}

extension CallColumns {
    /// Whether any call failed.
    fileprivate var hasFailed: Bool {
        for outcome in [Outcome.clientError, .serverError, .transportError]
        where outcomesOfAny.contains(code: outcome.rawValue) { return true }
        return false
    }

    /// The longest duration in microseconds.
    fileprivate func slowest(from place: Int) -> UInt32 {
        durations[min(place, durations.count)...].reduce(0) { max($0, $1) }
    }
}
