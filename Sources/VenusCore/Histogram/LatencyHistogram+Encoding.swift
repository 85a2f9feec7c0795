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
        let count = try reader.read(Int.self)
        guard count <= BucketIndex.count else { throw .corrupt }
        var filled: [(index: Int, count: UInt64)] = []
        filled.reserveCapacity(count)
        var index = BucketIndex.lowest
        for place in 0..<count {
            let distance = try reader.read(Int.self)
            guard distance < BucketIndex.count, place == 0 || distance > 0 else { throw .corrupt }
            index += distance
            let value = try reader.readNumber()
            guard value <= KPITotals.maximumStoredCount else { throw .corrupt }
            filled.append((index, value))
        }
        guard
            let histogram = LatencyHistogram(sum: sum, minimum: minimum, maximum: maximum, filledBuckets: filled)
        else { throw .corrupt }
        self = histogram
    }

    public var encoded: [UInt8] {
        var writer = ByteWriter()
        encode(into: &writer)
        return writer.bytes
    }
}
