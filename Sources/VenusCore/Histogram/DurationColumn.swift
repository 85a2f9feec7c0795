/// Durations in microseconds, one behind the other, at least one, and what they add up to.
///
/// It points to memory that is not its own: it is used up before that moves.
public struct DurationColumn {
    /// Below it, numbers of 24 bits are exact, and vector code finds the extremes among these.
    @usableFromInline static let short: UInt32 = 1 << 24
    /// So many that are short add up to less than 2^32 in each lane.
    @usableFromInline static let mostAtOnce = 2_048

    @usableFromInline let times: UnsafePointer<UInt32>
    public let count: Int
    public var sum: UInt64 = 0
    public var minimum = UInt32.max
    public var maximum: UInt32 = 0
    /// The places of the lowest and the highest bucket (``BucketTable/place(of:)``).
    public var first: UInt16 = 0
    public var last: UInt16 = 0

    /// - Parameters:
    ///   - room: as long as the groups of eight that hold `count` times, or longer. What is behind the times is lost.
    ///   - count: how many times there are, from the first on.
    @inlinable @inline(__always)
    public init(_ room: UnsafeMutableBufferPointer<UInt32>, count: Int, _ table: BucketTable) {
        let end = (count &+ BucketTable.group &- 1) / BucketTable.group * BucketTable.group
        guard count > 0, end <= room.count, let base = room.baseAddress else {
            preconditionFailure("a column has a time, and room for its last group")
        }
        times = UnsafePointer(base)
        self.count = count
        // The last group is filled with the first time.
        if count + BucketTable.group <= room.count {
            let filling = SIMD8<UInt32>(repeating: base[0])
            UnsafeMutableRawPointer(base + count).storeBytes(of: filling, as: SIMD8<UInt32>.self)
        } else {
            for place in count..<end { base[place] = base[0] }
        }
        var place = 0
        while place < end {
            let next = min(place + Self.mostAtOnce, end)
            add(place..<next)
            place = next
        }
        sum &-= UInt64(end - count) &* UInt64(base[0])
        first = table.place(of: minimum)
        last = table.place(of: maximum)
    }

    @inlinable @inline(__always)
    func group(at place: Int) -> SIMD8<UInt32> {
        UnsafeRawPointer(times + place).loadUnaligned(as: SIMD8<UInt32>.self)
    }

    /// Adds whole groups, ``mostAtOnce`` at most.
    @inlinable @inline(__always)
    mutating func add(_ places: Range<Int>) {
        var bits = SIMD8<UInt32>.zero
        var sums = SIMD8<UInt32>.zero
        var least = SIMD8<Float>(repeating: .infinity)
        var most = SIMD8<Float>.zero
        var place = places.lowerBound
        while place < places.upperBound {
            let group = group(at: place)
            bits |= group
            sums &+= group
            let numbers = SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: group))
            least = least.replacing(with: numbers, where: numbers .< least)
            most = most.replacing(with: numbers, where: numbers .> most)
            place &+= BucketTable.group
        }
        let ofAny = bits.lowHalf | bits.highHalf
        guard ofAny[0] | ofAny[1] | ofAny[2] | ofAny[3] < Self.short else { return addLong(places) }
        let least4 = least.lowHalf.replacing(with: least.highHalf, where: least.highHalf .< least.lowHalf)
        let most4 = most.lowHalf.replacing(with: most.highHalf, where: most.highHalf .> most.lowHalf)
        minimum = min(minimum, UInt32(min(min(least4[0], least4[1]), min(least4[2], least4[3]))))
        maximum = max(maximum, UInt32(max(max(most4[0], most4[1]), max(most4[2], most4[3]))))
        let sums4 = SIMD4<UInt64>(truncatingIfNeeded: sums.lowHalf) &+ SIMD4<UInt64>(truncatingIfNeeded: sums.highHalf)
        sum &+= sums4.wrappedSum()
    }

    @usableFromInline
    mutating func addLong(_ places: Range<Int>) {
        for place in places {
            sum &+= UInt64(times[place])
            minimum = min(minimum, times[place])
            maximum = max(maximum, times[place])
        }
    }
}
