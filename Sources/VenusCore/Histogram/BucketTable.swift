/// Counts the buckets of whole columns of durations: the same as ``BucketIndex/index(microseconds:)`` of each. Vector
/// code makes the durations numbers of 24 bits, of which the exponent and the first seven bits behind the point name
/// the lowest place that it can be, and a compare with the bucket's own bound decides. A place is a bucket's index less
/// ``BucketIndex/lowest``.
///
/// Whoever works on many columns holds the table, instead of finding ``shared`` for each. It is inlined into the fold,
/// which has a column for each cell: calls, and counting references to arrays, would cost as much as the buckets.
///
/// Sendable, for its memory is written by `init` alone, and kept as long as the process.
public struct BucketTable: @unchecked Sendable {
    public static let shared = BucketTable()

    /// Columns are read in groups of so many.
    @usableFromInline static let group = 8

    /// Of each place the longest whole microseconds that it holds; of the last all.
    @usableFromInline let longest: UnsafePointer<UInt32>
    /// For the upper 16 bits of every number that whole microseconds have: the place of the shortest of those that
    /// begin so. They lie within a 128th of each other, and a little more, because a duration of more than 24 bits may
    /// have been rounded up; buckets are wider than that, so that the place of each is this or the next.
    @usableFromInline let guesses: UnsafePointer<UInt16>
    /// Of each place ``BucketIndex/representative(_:)`` in microseconds.
    @usableFromInline let representatives: UnsafePointer<Double>

    private init() {
        let places = 0..<BucketIndex.count
        longest = Self.kept(
            places.map { place in
                let bound = BucketIndex.lowerBound(BucketIndex.lowest + place + 1) * 1_000_000
                return place == BucketIndex.count - 1 ? UInt32.max : UInt32(bound.rounded(.down))
            })
        guesses = Self.kept(
            (0...Float(UInt32.max).bitPattern >> 16).map { key in
                let shortest = UInt64(Float(bitPattern: key << 16))
                return UInt16(BucketIndex.index(microseconds: UInt32(shortest - shortest >> 24)) - BucketIndex.lowest)
            })
        representatives = Self.kept(places.map { BucketIndex.representative(BucketIndex.lowest + $0) * 1_000_000 })
    }

    private static func kept<Number>(_ numbers: [Number]) -> UnsafePointer<Number> {
        let memory = UnsafeMutableBufferPointer<Number>.allocate(capacity: numbers.count)
        guard memory.initialize(fromContentsOf: numbers) == numbers.count, let first = memory.baseAddress else {
            preconditionFailure("a table has numbers")
        }
        return UnsafePointer(first)
    }

    /// What stands for the bucket at a place, in microseconds.
    ///
    /// - Precondition: `place` is below ``BucketIndex/count``.
    @inlinable @inline(__always)
    public func microseconds(place: UInt16) -> Double {
        precondition(Int(place) < BucketIndex.count, "a bucket's place")
        return representatives[Int(place)]
    }

    /// The place of one duration, in microseconds.
    @inlinable @inline(__always)
    public func place(of microseconds: UInt32) -> UInt16 {
        // There is a guess for each key, and a bound for each guess.
        let guess = guesses[Int(Float(microseconds).bitPattern &>> 16)]
        return guess &+ (microseconds > longest[Int(guess)] ? 1 : 0)
    }

    /// Counts each time of a column at its place less `first`, beside what is counted already.
    ///
    /// - Precondition: there are counts for the places from `first` to that of the column's maximum, and none
    ///   overflows.
    @inlinable @inline(__always)
    public func count<Count: FixedWidthInteger>(
        _ column: DurationColumn, first: UInt16, in counts: UnsafeMutableBufferPointer<Count>
    ) {
        let isShort = column.maximum < DurationColumn.short
        precondition(
            column.first >= first && Int(column.last) &- Int(first) < counts.count, "every time has a count")
        var position = 0
        // The column's groups lie within it. There is a guess for each key, a bound for each guess, and a count for
        // each place, which rises with the time and so is one from `column.first` to `column.last`.
        while position < column.count {
            let group = column.group(at: position)
            let halves = isShort ? group.shortNumberHalves : group.numberHalves
            for lane in 0..<Self.group {
                let guess = Int(guesses[Int(halves[2 &* lane &+ 1])])
                let isNext = column.times[position &+ lane] > longest[guess]
                counts[guess &- Int(first) &+ (isNext ? 1 : 0)] &+= 1
            }
            position &+= Self.group
        }
        // What fills the last group is the column's first time again.
        let filling = Count(truncatingIfNeeded: position &- column.count)
        counts[Int(place(of: column.times[0]) &- first)] &-= filling
    }
}

extension SIMD8<UInt32> {
    /// The bits of the numbers that are nearest to these, of 24 bits: of each its lower 16, and then its upper 16,
    /// which a single instruction takes out. SSE2 makes none of unsigned integers: each half is made one by what stands
    /// before it in a number so large that no bit remains for a fraction, and both are added, which rounds once.
    @inlinable @inline(__always)
    var numberHalves: SIMD16<UInt16> {
        let low = unsafeBitCast((self & 0xFFFF) | 0x4B00_0000, to: SIMD8<Float>.self)  // 2^23 + the lower half
        let high = unsafeBitCast((self &>> 16) | 0x5300_0000, to: SIMD8<Float>.self)  // 2^39 + 2^16 · the upper half
        return unsafeBitCast((high - 549_764_202_496) + low, to: SIMD16<UInt16>.self)
    }

    /// The same, of these that are all below 2^31.
    @inlinable @inline(__always)
    var shortNumberHalves: SIMD16<UInt16> {
        unsafeBitCast(SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: self)), to: SIMD16<UInt16>.self)
    }
}
