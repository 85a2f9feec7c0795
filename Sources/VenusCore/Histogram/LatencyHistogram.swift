/// How long calls took: exact count, sum, minimum and maximum in microseconds, and the counts of ``BucketIndex``'s
/// buckets, of which only the span between the lowest and the highest that was ever used is kept.
///
/// Merging and taking away are exact: they add and subtract aligned counts. At most 2,032 buckets of 8 bytes.
public struct LatencyHistogram: Sendable, Hashable {
    public private(set) var count: UInt64 = 0
    /// Sum of all values in microseconds.
    public private(set) var sum: UInt64 = 0
    /// Smallest value in microseconds; 0 where there is none.
    public private(set) var minimum: UInt32 = 0
    /// Largest value in microseconds; 0 where there is none.
    public private(set) var maximum: UInt32 = 0
    /// Index of the first bucket in `buckets`.
    private(set) var offset = 0
    private(set) var buckets: [UInt64] = []

    public init() {}

    public var isEmpty: Bool { count == 0 }

    /// Counts one value, in microseconds.
    public mutating func record(_ microseconds: UInt32) {
        let index = BucketIndex.index(microseconds: microseconds)
        extend(toHold: index...index)
        buckets[index - offset] += 1
        noteExtremes(minimum: microseconds, maximum: microseconds)
        count += 1
        sum &+= UInt64(microseconds)
    }

    public mutating func merge(_ other: LatencyHistogram) {
        guard other.count > 0 else { return }
        add(buckets: other.buckets, from: other.offset)
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
        extend(toHold: other.offset...(other.offset + other.buckets.count - 1))
        combine(other.buckets, at: other.offset - offset) { $0 &- $1 }
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
        var seen: UInt64 = 0
        var place = -1
        return qs.map { q in
            let rank = max(1, UInt64((q * Double(count)).rounded(.up)))
            if rank >= count { return Double(maximum) }
            while seen < rank, place < buckets.count - 1 {
                place += 1
                seen += buckets[place]
            }
            guard seen >= rank else { return Double(maximum) }
            let estimate = BucketIndex.microseconds(place: UInt16(offset + place - BucketIndex.lowest))
            return min(max(estimate, Double(minimum)), Double(maximum))
        }
    }

    /// The used buckets as (index, count), ascending, without empty ones.
    public var filledBuckets: [(index: Int, count: UInt64)] {
        buckets.enumerated().compactMap { place, value in value == 0 ? nil : (offset + place, value) }
    }

    /// A histogram from what was stored, within the bounds of ``BucketIndex``; `nil` where the parts contradict each
    /// other.
    ///
    /// - Parameter counts: from the bucket `first` on, each at most ``KPITotals/maximumStoredCount``.
    init?(stored counts: [UInt64], from first: Int, sum: UInt64, minimum: UInt32, maximum: UInt32) {
        // 2,032 counts of 53 bits cannot overflow.
        let count = counts.reduce(0, &+)
        // A sum that its count and extremes cannot have, or no value at all, was not written by us.
        guard count > 0, count <= KPITotals.maximumStoredCount, sum / count <= UInt64(maximum),
            sum / count >= UInt64(minimum)
        else { return nil }
        self.init(unpacked: counts, from: first, sum: sum, minimum: minimum, maximum: maximum)
    }

    /// A histogram that was packed (``init(packed:)``), neither the first nor the last bucket empty.
    init(unpacked counts: [UInt64], from first: Int, sum: UInt64, minimum: UInt32, maximum: UInt32) {
        offset = first
        buckets = counts
        count = counts.reduce(0, &+)
        self.sum = sum
        self.minimum = minimum
        self.maximum = maximum
    }

    private mutating func noteExtremes(minimum: UInt32, maximum: UInt32) {
        self.minimum = count == 0 ? minimum : min(self.minimum, minimum)
        self.maximum = count == 0 ? maximum : max(self.maximum, maximum)
    }

    private mutating func add(buckets other: [UInt64], from start: Int) {
        guard !other.isEmpty else { return }
        extend(toHold: start...(start + other.count - 1))
        combine(other, at: start - offset, { $0 &+ $1 })
    }

    /// Adds or subtracts aligned counts, eight at a time. Counts stay far below 64 bits (``KPITotals`` bounds what is
    /// stored), so nothing wraps.
    ///
    /// - Precondition: `buckets` has all of `other`'s places from `shift` on.
    @inline(__always)
    private mutating func combine(
        _ other: [UInt64], at shift: Int, _ combined: (SIMD8<UInt64>, SIMD8<UInt64>) -> SIMD8<UInt64>
    ) {
        precondition(shift >= 0 && shift + other.count <= buckets.count, "the buckets were made to hold the other's")
        buckets.withUnsafeMutableBytes { ours in
            other.withUnsafeBytes { theirs in
                let size = MemoryLayout<SIMD8<UInt64>>.size
                var position = 0
                let ours = UnsafeMutableRawBufferPointer(rebasing: ours[(shift * 8)...])
                while position + size <= theirs.count {
                    let sum = combined(
                        ours.loadUnaligned(fromByteOffset: position, as: SIMD8<UInt64>.self),
                        theirs.loadUnaligned(fromByteOffset: position, as: SIMD8<UInt64>.self))
                    ours.storeBytes(of: sum, toByteOffset: position, as: SIMD8<UInt64>.self)
                    position += size
                }
                while position < theirs.count {
                    let sum = combined(
                        SIMD8(repeating: ours.loadUnaligned(fromByteOffset: position, as: UInt64.self)),
                        SIMD8(repeating: theirs.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
                    ours.storeBytes(of: sum[0], toByteOffset: position, as: UInt64.self)
                    position += 8
                }
            }
        }
    }

    private mutating func extend(toHold range: ClosedRange<Int>) {
        if buckets.isEmpty {
            offset = range.lowerBound
            buckets = Array(repeating: 0, count: range.count)
            return
        }
        if range.lowerBound < offset {
            buckets.insert(contentsOf: repeatElement(0, count: offset - range.lowerBound), at: 0)
            offset = range.lowerBound
        }
        let missing = range.upperBound - (offset + buckets.count - 1)
        if missing > 0 { buckets.append(contentsOf: repeatElement(0, count: missing)) }
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
        offset = BucketIndex.lowest + Int(first)
        buckets = Array(unsafeUninitializedCapacity: counts.count) { buckets, initialized in
            for place in 0..<counts.count {
                buckets.initializeElement(at: place, to: UInt64(truncatingIfNeeded: counts[place]))
            }
            initialized = counts.count
        }
        count = buckets.reduce(0, &+)
        self.sum = sum
        self.minimum = minimum
        self.maximum = maximum
    }
}
