extension LatencyHistogram {
    /// Buckets that lie at most this far apart, and counts up to ``mostInByte``, share a byte.
    private static let furthestInByte = 8
    private static let mostInByte: UInt64 = 31

    /// Appends the form in which windows keep their cells in memory (``KPITotals/pack(into:)``): in most buckets a byte,
    /// the distance from the one before less one in its upper three bits, and the count in the lower five. A zero
    /// announces a distance and a count that need more.
    func pack(into writer: inout ByteWriter) {
        let filled = filledBuckets
        writer.append(UInt64(filled.count))
        guard let first = filled.first, let last = filled.last else { return }
        writer.append(sum)
        writer.append(UInt64(minimum))
        writer.append(UInt64(maximum - minimum))
        writer.append(UInt64(first.index - BucketIndex.lowest))
        writer.append(UInt64(last.index - first.index))
        var previous = first.index - 1
        for (index, value) in filled {
            let distance = index - previous
            if distance <= Self.furthestInByte, value <= Self.mostInByte {
                writer.append(byte: UInt8(distance - 1) << 5 | UInt8(value))
            } else {
                writer.append(byte: 0)
                writer.append(UInt64(distance))
                writer.append(value)
            }
            previous = index
        }
    }

    init(packed reader: inout ByteReader) throws(EncodingError) {
        let filled = try reader.read(Int.self)
        guard filled > 0 else {
            self.init()
            return
        }
        let sum = try reader.readNumber()
        let minimum = try reader.read(UInt32.self)
        let maximum = minimum + (try reader.read(UInt32.self))
        let first = try reader.read(Int.self)
        var counts = [UInt64](repeating: 0, count: try reader.read(Int.self) + 1)
        var place = -1
        for _ in 0..<filled {
            let byte = try reader.readByte()
            if byte != 0 {
                place += Int(byte >> 5) + 1
                counts[place] = UInt64(byte & 31)
            } else {
                place += try reader.read(Int.self)
                counts[place] = try reader.readNumber()
            }
        }
        self.init(unpacked: counts, from: BucketIndex.lowest + first, sum: sum, minimum: minimum, maximum: maximum)
    }
}
