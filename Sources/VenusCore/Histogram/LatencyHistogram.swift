/// How long calls took: exact count, sum, minimum and maximum in microseconds, and the counts of ``BucketIndex``'s
/// buckets, of which only the span between the lowest and the highest that was ever used is kept.
///
/// Merging and taking away are exact: they add and subtract aligned counts. At most 2,032 buckets of 4 bytes, or of 8
/// once there are 2^32 values.
public struct LatencyHistogram: Sendable, Hashable {
    public private(set) var count: UInt64 = 0
    /// Sum of all values in microseconds.
    public private(set) var sum: UInt64 = 0
    /// Smallest value in microseconds; 0 where there is none.
    public private(set) var minimum: UInt32 = 0
    /// Largest value in microseconds; 0 where there is none.
    public private(set) var maximum: UInt32 = 0
    private var buckets = BucketCounts()

    public init() {}

    public var isEmpty: Bool { count == 0 }

    /// Counts one value, in microseconds.
    public mutating func record(_ microseconds: UInt32) {
        buckets.add(1, to: BucketIndex.index(microseconds: microseconds), total: count + 1)
        noteExtremes(minimum: microseconds, maximum: microseconds)
        count += 1
        sum &+= UInt64(microseconds)
    }

    /// Adds the values of another one: exact, in any order.
    public mutating func merge(_ other: LatencyHistogram) {
        guard other.count > 0 else { return }
        buckets.add(other.buckets, total: count + other.count)
        noteExtremes(minimum: other.minimum, maximum: other.maximum)
        count += other.count
        sum &+= other.sum
    }

    /// Takes away what was merged before. Minimum and maximum stay: set them by ``resetExtremes(minimum:maximum:)``.
    ///
    /// - Precondition: `other` is part of this histogram.
    public mutating func subtract(_ other: LatencyHistogram) {
        guard other.count > 0 else { return }
        precondition(other.count <= count, "only what was merged can be taken away")
        buckets.subtract(other.buckets)
        count -= other.count
        sum &-= other.sum
        if count == 0 { self = LatencyHistogram() }
    }

    /// Sets the extremes of a histogram from which something was taken away.
    public mutating func resetExtremes(minimum: UInt32, maximum: UInt32) {
        guard count > 0 else { return }
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Mean in microseconds.
    public var mean: Double? { count == 0 ? nil : Double(sum) / Double(count) }

    /// The value of nearest rank, ceil(q·n), in microseconds: what its bucket stands for, within minimum and maximum.
    ///
    /// - Parameter q: 0 … 1.
    public func quantile(_ q: Double) -> Double? { quantiles([q]).first }

    /// The values of several quantiles by one walk through the buckets; empty where there is no value.
    ///
    /// - Parameter qs: each 0 … 1, ascending.
    public func quantiles(_ qs: [Double]) -> [Double] {
        guard count > 0 else { return [] }
        let ranks = qs.map { max(1, UInt64(($0 * Double(count)).rounded(.up))) }
        return zip(ranks, buckets.indices(ofRanks: ranks)).map { rank, index in
            guard rank < count, let index else { return Double(maximum) }
            let estimate = BucketTable.shared.microseconds(place: UInt16(index - BucketIndex.lowest))
            return min(max(estimate, Double(minimum)), Double(maximum))
        }
    }

    /// The used buckets as (index, count), ascending, without empty ones.
    public var filledBuckets: [(index: Int, count: UInt64)] { buckets.filled }

    /// A histogram from what was stored, within the bounds of ``BucketIndex``; `nil` where the parts contradict each
    /// other.
    ///
    /// - Parameter count: what the buckets add up to.
    init?(stored buckets: BucketCounts, count: UInt64, sum: UInt64, minimum: UInt32, maximum: UInt32) {
        // A sum that its count and extremes cannot have, or no value at all, was not written by us.
        guard count > 0, count <= KPITotals.maximumStoredCount, sum / count <= UInt64(maximum),
            sum / count >= UInt64(minimum)
        else { return nil }
        self.init(unpacked: buckets, count: count, sum: sum, minimum: minimum, maximum: maximum)
    }

    /// A histogram that was packed (``PackedHistogram``), neither the first nor the last bucket empty.
    init(unpacked buckets: BucketCounts, count: UInt64, sum: UInt64, minimum: UInt32, maximum: UInt32) {
        self.buckets = buckets
        self.count = count
        self.sum = sum
        self.minimum = minimum
        self.maximum = maximum
    }

    private mutating func noteExtremes(minimum: UInt32, maximum: UInt32) {
        self.minimum = count == 0 ? minimum : min(self.minimum, minimum)
        self.maximum = count == 0 ? maximum : max(self.maximum, maximum)
    }

    public static func == (left: LatencyHistogram, right: LatencyHistogram) -> Bool {
        left.count == right.count && left.sum == right.sum && left.minimum == right.minimum
            && left.maximum == right.maximum
            && left.filledBuckets.elementsEqual(right.filledBuckets, by: ==)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        hasher.combine(sum)
    }
}

extension LatencyHistogram {
    /// A histogram of values that were counted elsewhere.
    ///
    /// - Parameters:
    ///   - counts: of the buckets from that of `minimum` to that of `maximum`.
    ///   - first: the place of the first of them, its index less ``BucketIndex/lowest``.
    ///   - sum: of all values, in microseconds.
    package init(counts: Span<UInt8>, from first: UInt16, sum: UInt64, minimum: UInt32, maximum: UInt32) {
        self.init(widening: counts, from: first, sum: sum, minimum: minimum, maximum: maximum)
    }

    package init(counts: Span<UInt32>, from first: UInt16, sum: UInt64, minimum: UInt32, maximum: UInt32) {
        self.init(widening: counts, from: first, sum: sum, minimum: minimum, maximum: maximum)
    }

    @inline(__always)
    private init(
        widening counts: Span<some FixedWidthInteger>, from first: UInt16, sum: UInt64, minimum: UInt32,
        maximum: UInt32
    ) {
        precondition(Int(first) + counts.count <= BucketIndex.count && minimum <= maximum, "counts of our buckets")
        (buckets, count) = counts.withUnsafeBufferPointer { counts in
            let total = counts.reduce(0) { $0 &+ UInt64($1) }
            return (BucketCounts(first: BucketIndex.lowest + Int(first), counts, total: total), total)
        }
        self.sum = sum
        self.minimum = minimum
        self.maximum = maximum
    }
}
