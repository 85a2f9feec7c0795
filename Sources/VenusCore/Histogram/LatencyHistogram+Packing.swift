extension LatencyHistogram {
    /// Appends the form in which windows keep their cells in memory (``KPITotals/pack(into:)``): what follows from the rest
    /// is left out, and the buckets take as many bits as their numbers need.
    ///
    /// A number whose lowest five bits are the order of the counts' code, the next tells that the outermost buckets are
    /// those of the extremes (else these follow), and the rest is how many buckets are filled; minimum and maximum; for
    /// each filled bucket how many empty ones are before it (not of the first) in Rice's code, and its count less one in
    /// the exponential Golomb code; and the part of the sum that does not follow from the extremes and the count.
    func pack(into writer: inout ByteWriter) {
        let filled = filledBuckets
        guard let first = filled.first, let last = filled.last else {
            writer.append(0)
            return
        }
        let order = Self.bits(of: count &- UInt64(filled.count), by: filled.count)
        let isRegular =
            first.index == BucketIndex.index(microseconds: minimum)
            && last.index == BucketIndex.index(microseconds: maximum)
        writer.append(UInt64(filled.count) << 6 | (isRegular ? 1 << 5 : 0) | UInt64(order))
        writer.append(UInt64(minimum))
        writer.append(UInt64(maximum - minimum))
        if !isRegular {
            writer.append(UInt64(first.index - BucketIndex.lowest))
            writer.append(UInt64(last.index - first.index))
        }
        let gapBits = Self.gapBits(filled: filled.count, span: last.index - first.index)
        var bits = BitWriter()
        var previous = first.index - 1
        for (index, value) in filled {
            if index > first.index {
                let gap = UInt64(index - previous - 1)
                bits.append(ones: Int(gap >> gapBits), to: &writer)
                bits.append(gap & (1 << gapBits - 1), bits: gapBits, to: &writer)
            }
            let shifted = value - 1 + 1 << UInt64(order)
            let length = UInt64.bitWidth - 1 - shifted.leadingZeroBitCount
            bits.append(ones: length - order, to: &writer)
            bits.append(shifted & (1 << UInt64(length) - 1), bits: length, to: &writer)
            previous = index
        }
        bits.finish(&writer)
        writer.append(sum &- UInt64(minimum) &* (count - 1) &- UInt64(maximum))
    }

    init(packed reader: inout ByteReader) throws(EncodingError) {
        let head = try reader.readNumber()
        let filled = Int(head >> 6)
        guard filled > 0 else {
            self.init()
            return
        }
        let order = Int(head & 31)
        let minimum = try reader.read(UInt32.self)
        let maximum = minimum + (try reader.read(UInt32.self))
        var first = BucketIndex.index(microseconds: minimum)
        var span = BucketIndex.index(microseconds: maximum) - first
        if head & 1 << 5 == 0 {
            first = BucketIndex.lowest + (try reader.read(Int.self))
            span = try reader.read(Int.self)
        }
        let gapBits = Self.gapBits(filled: filled, span: span)
        var count: UInt64 = 0
        var narrow = [UInt32](repeating: 0, count: span + 1)
        var wide: [UInt64] = []
        try reader.readBytes { (bytes, position) throws(EncodingError) in
            var bits = BitReader(bytes, at: position)
            var place = 0
            for bucket in 0..<filled {
                if bucket > 0 {
                    let upper = try bits.readOnes() << gapBits
                    place += upper + Int(try bits.read(gapBits)) + 1
                }
                let length = try bits.readOnes() + order
                let value = try bits.read(length) + 1 << UInt64(length) - 1 << UInt64(order) + 1
                count += value
                if count > UInt64(UInt32.max), wide.isEmpty { wide = narrow.map { UInt64($0) } }
                if wide.isEmpty { narrow[place] = UInt32(value) } else { wide[place] = value }
            }
            position = bits.position
        }
        let sum = try reader.readNumber() &+ UInt64(minimum) &* (count - 1) &+ UInt64(maximum)
        let buckets =
            wide.isEmpty
            ? BucketCounts(first: first, narrow: narrow) : BucketCounts(first: first, wide, total: count)
        self.init(unpacked: buckets, count: count, sum: sum, minimum: minimum, maximum: maximum)
    }

    /// How many bits of the empty buckets before a filled one are written as they are.
    private static func gapBits(filled: Int, span: Int) -> Int {
        filled > 1 ? bits(of: UInt64(max(0, span - (filled - 1))), by: filled - 1) : 0
    }

    /// The lower bits of numbers that add up to `total`: as many as half of their mean has.
    private static func bits(of total: UInt64, by count: Int) -> Int {
        var bits = 0
        while bits < 31, UInt64(count) << UInt64(bits + 1) < total { bits += 1 }
        return bits
    }
}
