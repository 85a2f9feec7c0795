extension LatencyHistogram {
    private static let version: UInt8 = 1

    /// The stored form: version, sum, minimum, maximum, the number of filled buckets, and for each the distance from
    /// the bucket before (the first: from the lowest) and its count, all as variable-length integers.
    public func encode(into writer: inout ByteWriter) {
        writer.append(byte: Self.version)
        writer.append(sum)
        writer.append(UInt64(minimum))
        writer.append(UInt64(maximum))
        let filled = filledBuckets
        writer.append(UInt64(filled.count))
        var previous = BucketIndex.lowest
        for (index, value) in filled {
            writer.append(UInt64(index - previous))
            writer.append(value)
            previous = index
        }
    }

    /// Reads the stored form. Throws for bytes that no version of Venus has written.
    public init(from reader: inout ByteReader) throws(EncodingError) {
        try reader.readVersion(upTo: Self.version)
        let sum = try reader.readNumber()
        let minimum = try reader.read(UInt32.self)
        let maximum = try reader.read(UInt32.self)
        let filled = try reader.read(Int.self)
        guard filled <= BucketIndex.count, minimum <= maximum else { throw .corrupt }
        self.init()
        guard filled > 0 else { return }
        let (buckets, count) = try reader.readBuckets(filled)
        guard
            let histogram = LatencyHistogram(
                stored: buckets, count: count, sum: sum, minimum: minimum, maximum: maximum)
        else { throw .corrupt }
        self = histogram
    }

    public var encoded: [UInt8] {
        var writer = ByteWriter()
        encode(into: &writer)
        return writer.bytes
    }
}

extension ByteReader {
    /// Reads so many filled buckets, as ``LatencyHistogram/encode(into:)`` writes them, and what they add up to.
    ///
    /// Reading history is mostly this, so it runs on the bytes themselves.
    fileprivate mutating func readBuckets(_ filled: Int) throws(EncodingError) -> (BucketCounts, total: UInt64) {
        var buckets: BucketCounts?
        var total: UInt64 = 0
        try readBytes { (bytes, position) throws(EncodingError) in
            buckets = withUnsafeTemporaryAllocation(of: UInt64.self, capacity: BucketIndex.count) { counts in
                guard let (first, length) = Self.buckets(filled, bytes, &position, to: counts) else { return nil }
                let counts = UnsafeBufferPointer(rebasing: counts[..<length])
                // 2,032 counts of 53 bits cannot overflow.
                total = counts.reduce(0, &+)
                return BucketCounts(first: BucketIndex.lowest + first, counts, total: total)
            }
            guard buckets != nil else { throw .corrupt }
        }
        guard let buckets else { throw .corrupt }
        return (buckets, total)
    }

    /// Writes the counts of the buckets from the first filled one to the last, with those between them that are empty.
    ///
    /// - Parameter counts: room for all buckets there are.
    /// - Returns: the place of the first, and how many were written; `nil` for bytes that no version has written.
    private static func buckets(
        _ filled: Int, _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int,
        to counts: UnsafeMutableBufferPointer<UInt64>
    ) -> (first: Int, length: Int)? {
        precondition(counts.count == BucketIndex.count, "there is room for every bucket")
        // Those between the filled ones, without a loop for each.
        counts.initialize(repeating: 0)
        guard let (first, count) = nextBucket(bytes, &position) else { return nil }
        counts[0] = count
        var last = 0
        for _ in 1..<filled {
            guard let (distance, count) = nextBucket(bytes, &position), distance > 0,
                first + last + distance < BucketIndex.count
            else { return nil }
            last += distance
            counts[last] = count
        }
        return (first, last + 1)
    }

    /// A bucket's distance, below ``BucketIndex/count``, and its count.
    @inline(__always)
    private static func nextBucket(
        _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int
    ) -> (distance: Int, count: UInt64)? {
        if let near = nearBucket(bytes, &position) { return near }
        guard let distance = try? number(bytes, &position), let count = try? number(bytes, &position),
            distance < UInt64(BucketIndex.count), count <= KPITotals.maximumStoredCount
        else { return nil }
        return (Int(distance), count)
    }

    /// A bucket that lies near the one before, as nearly all do: a distance of one byte and a number of up to seven, read
    /// as one word and without a loop. `nil`, and nothing read, where it is anything else.
    @inline(__always)
    private static func nearBucket(
        _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int
    ) -> (distance: Int, count: UInt64)? {
        guard position + 8 <= bytes.count, let start = bytes.baseAddress else { return nil }
        let word = UInt64(
            littleEndian: UnsafeRawPointer(start).loadUnaligned(fromByteOffset: position, as: UInt64.self))
        // The highest bit of each of the number's bytes says that another one follows.
        let ends = ~(word >> 8) & 0x0080_8080_8080_8080
        guard word & 0x80 == 0, ends != 0 else { return nil }
        position += 1 + (ends.trailingZeroBitCount + 1) / 8
        // Seven bits of each byte up to the last one, drawn together: by pairs, by fours, and all.
        var number = (word >> 8) & ((ends & (0 &- ends)) &- 1) & 0x7F7F_7F7F_7F7F_7F7F
        number = (number & 0x007F_007F_007F_007F) | (number & 0x7F00_7F00_7F00_7F00) >> 1
        number = (number & 0x0000_3FFF_0000_3FFF) | (number & 0x3FFF_0000_3FFF_0000) >> 2
        return (Int(word & 0x7F), (number & 0x0000_0000_0FFF_FFFF) | (number & 0x0FFF_FFFF_0000_0000) >> 4)
    }
}
