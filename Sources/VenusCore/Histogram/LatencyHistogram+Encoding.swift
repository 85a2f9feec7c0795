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
        let version = try reader.readByte()
        guard version <= Self.version else { throw .newerVersion(version) }
        let sum = try reader.readNumber()
        let minimum = try reader.read(UInt32.self)
        let maximum = try reader.read(UInt32.self)
        let filled = try reader.read(Int.self)
        guard filled <= BucketIndex.count, minimum <= maximum else { throw .corrupt }
        self.init()
        guard filled > 0 else { return }
        let (first, counts) = try reader.readBuckets(filled)
        guard
            let histogram = LatencyHistogram(
                stored: counts, from: first, sum: sum, minimum: minimum, maximum: maximum)
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
    /// Reads so many filled buckets, as ``LatencyHistogram/encode(into:)`` writes them: the index of the first, and the
    /// counts from there on, also of those between that are empty.
    ///
    /// Reading history is mostly this loop, so it runs on the bytes themselves.
    fileprivate mutating func readBuckets(_ filled: Int) throws(EncodingError) -> (first: Int, counts: [UInt64]) {
        var first = 0
        var counts: [UInt64] = []
        // Filled buckets mostly lie beside each other. What is claimed is bounded by the caller.
        counts.reserveCapacity(filled + filled / 4)
        try readBytes { (bytes, position) throws(EncodingError) in
            for place in 0..<filled {
                let distance = try Self.number(bytes, &position)
                let count = try Self.number(bytes, &position)
                guard distance < UInt64(BucketIndex.count), count <= KPITotals.maximumStoredCount else {
                    throw .corrupt
                }
                if place == 0 {
                    first = Int(distance)
                } else {
                    guard distance > 0, first + counts.count + Int(distance) <= BucketIndex.count else {
                        throw .corrupt
                    }
                    for _ in 1..<distance { counts.append(0) }
                }
                counts.append(count)
            }
        }
        return (BucketIndex.lowest + first, counts)
    }
}
