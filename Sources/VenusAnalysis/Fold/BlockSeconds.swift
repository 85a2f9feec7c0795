/// In which seconds the calls of a block are booked.
struct BlockSeconds {
    /// All in microseconds; the ends of calls are from `t0` on.
    private let t0: Int64
    private let appended: Int64
    private let latestEnd: Int64
    private let nowSeconds: Int64

    init(t0: Int64, _ times: StepCells.Times) {
        let (appendedAt, overflow) = times.appendedAt.multipliedReportingOverflow(by: 1_000)
        let latest = Int64.max - StepCells.maximumSkewMicroseconds
        self.t0 = t0
        appended = overflow ? latest : min(appendedAt, latest)
        latestEnd = appended + StepCells.maximumSkewMicroseconds
        nowSeconds = times.nowSeconds
    }

    /// How many of these calls, from the first on, are booked in the same second, and which that is; `nil` where they
    /// are refused. Calls mostly come by the time of their end: those of one second are found at once.
    ///
    /// - Parameter mayBeAll: whether to look first if all of them are.
    @inline(__always)
    func run(_ ends: Span<Int64>, mayBeAll: Bool) -> (count: Int, second: Int64?) {
        let end = t0 + ends[0] > latestEnd ? appended : t0 + ends[0]
        let start = end / 1_000_000 * 1_000_000 - t0
        let length = UInt64(max(-1, min(999_999, latestEnd - t0 - start)) + 1)
        var count = 1
        if mayBeAll, Self.areWithin(ends, from: start, length: length) { count = ends.count }
        while count < ends.count, UInt64(bitPattern: ends[count] &- start) < length { count += 1 }
        return (count, second(of: end))
    }

    /// Whether all ends are at `start` or less than `length` behind it: the same as one compare each, but without a
    /// branch, for vector code.
    ///
    /// - Parameter length: below 2^63.
    private static func areWithin(_ ends: Span<Int64>, from start: Int64, length: UInt64) -> Bool {
        var outside: UInt64 = 0
        for place in 0..<ends.count {
            let distance = UInt64(bitPattern: ends[place] &- start)
            // The highest bit says that it lies before, or that less than nothing is left.
            outside |= distance | (length &- 1 &- distance)
        }
        return outside >> 63 == 0
    }

    private func second(of end: Int64) -> Int64? {
        let second = end / 1_000_000
        if second > nowSeconds + StepCells.maximumAheadSeconds { return nowSeconds }
        return second < nowSeconds - StepCells.maximumAgeSeconds ? nil : second
    }
}
