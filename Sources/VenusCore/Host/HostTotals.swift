/// What one series' values add up to over a time. Two of them add up to what one of the whole time would be, so that a
/// day is made of its minutes.
public struct HostTotals: Sendable, Hashable {
    /// How much of the time is covered.
    public private(set) var seconds: Double
    /// Values that went in.
    public private(set) var count: UInt64
    /// Each value × the seconds that it held. Of a counter it is what it grew by.
    public private(set) var sum: Double
    public private(set) var minimum: Double
    public private(set) var maximum: Double
    public private(set) var last: Double

    /// A value that held for so many seconds; of a counter what it grew by in each. `nil` for what is no number or no
    /// time.
    public init?(_ value: Double, seconds: Double) {
        self.init(seconds: seconds, count: 1, sum: value * seconds, minimum: value, maximum: value, last: value)
    }

    /// Totals as they were sent or stored; `nil` where they cannot be.
    public init?(seconds: Double, count: UInt64, sum: Double, minimum: Double, maximum: Double, last: Double) {
        guard seconds > 0, seconds.isFinite, count > 0, sum.isFinite, (sum / seconds).isFinite, minimum.isFinite,
            maximum.isFinite, minimum <= last, last <= maximum
        else { return nil }
        self.seconds = seconds
        self.count = count
        self.sum = sum
        self.minimum = minimum
        self.maximum = maximum
        self.last = last
    }

    /// Weighted by time; of values that are all the same, exactly that: at a limit it has not crossed it.
    public var mean: Double { min(max(sum / seconds, minimum), maximum) }

    /// - Parameter isLater: whether the other's time is behind this one's: then its last value is the last.
    public mutating func add(_ other: HostTotals, isLater: Bool = true) {
        let sums = (seconds: seconds + other.seconds, sum: sum + other.sum, count: count &+ other.count)
        // Beyond what a number can hold, one more value changes nothing.
        if sums.seconds.isFinite && sums.sum.isFinite && sums.count > count { (seconds, sum, count) = sums }
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        if isLater { last = other.last }
    }
}
