public import VenusCore

/// Since when a limit has been crossed, as stored minutes tell: the same after a restart, and on every server.
public enum CrossingHistory {
    /// The end of the first minute at which a limit of the threshold was crossed, and has been ever since; to the
    /// minute. Windows with too few calls to judge break nothing, and begin nothing. `nil` where none was crossed at
    /// the end of the last whole minute.
    ///
    /// - Parameters:
    ///   - minutes: totals by the start of the minute; minutes without calls may be left out.
    ///   - from: seconds since the epoch: nothing is known of minutes that start before it.
    ///   - now: seconds since the epoch.
    public static func since(
        _ minutes: [Int64: KPITotals], of threshold: MetricThreshold, from: Int64, now: Int64
    ) -> Int64? {
        let minute = Tier.minute.seconds
        let length = max(threshold.window.seconds, minute)
        var end = Tier.minute.bucket(of: now)
        var sum = KPITotals()
        for start in stride(from: end - length, to: end, by: Int(minute)) {
            if let totals = minutes[start] { sum.merge(totals) }
        }
        var since: Int64?
        while end - length >= from {
            if let value = Measured(sum, seconds: Double(length)).value(for: threshold) {
                guard threshold.crossed(by: value) != nil else { break }
                since = end
            }
            end -= minute
            if let left = minutes[end] { sum.subtract(left) }
            if let entered = minutes[end - length] { sum.merge(entered) }
        }
        return since
    }
}
