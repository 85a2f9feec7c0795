package import VenusStore

/// How many calls were noticed as lost within the last hour: one number a second, so at most 3,600.
package struct RecentLosses: Sendable {
    private var seconds: [Int64: UInt64] = [:]
    package private(set) var count: UInt64 = 0

    package init(_ losses: [Loss] = []) { for loss in losses { add(loss) } }

    package mutating func add(_ loss: Loss) {
        let (sum, overflow) = count.addingReportingOverflow(loss.count)
        guard !overflow else { return }
        count = sum
        seconds[loss.at / 1_000, default: 0] += loss.count
    }

    /// Forgets those noticed before `milliseconds`.
    package mutating func forget(before milliseconds: Int64) {
        for (second, lost) in seconds where second < milliseconds / 1_000 {
            seconds[second] = nil
            count -= lost
        }
    }
}
