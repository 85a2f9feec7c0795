/// A histogram on its way into the form in which windows keep their cells in memory (``KPITotals/pack(into:)``): what
/// follows from the rest is left out, and the buckets take as many bits as their numbers need.
///
/// The head is a number whose lowest five bits are the order of the counts' code, the next tells that the outermost
/// buckets are those of the extremes (else these follow), and the rest is how many buckets are filled; then minimum and
/// maximum. The body has for each filled bucket how many empty ones are before it (not of the first) in Rice's code,
/// and its count less one in the exponential Golomb code; and the part of the sum that does not follow from the
/// extremes and the count. Of an empty histogram there is one zero and no body.
struct PackedHistogram {
    private let histogram: LatencyHistogram
    private let filled: [(index: Int, count: UInt64)]

    init(_ histogram: LatencyHistogram) {
        self.histogram = histogram
        filled = histogram.filledBuckets
    }

    private var order: Int { Self.bits(of: histogram.count &- UInt64(filled.count), by: filled.count) }

    /// What is read before the buckets.
    struct Head {
        var filled = 0
        var order = 0
        var isRegular = false
        var minimum: UInt32 = 0
        var maximum: UInt32 = 0

        init(from reader: inout ByteReader) throws(EncodingError) {
            let head = try reader.readNumber()
            filled = Int(head >> 6)
            guard filled > 0 else { return }
            order = Int(head & 31)
            isRegular = head & 1 << 5 > 0
            minimum = try reader.read(UInt32.self)
            maximum = minimum + (try reader.read(UInt32.self))
        }
    }

    func appendHead(to writer: inout ByteWriter) {
        guard let first = filled.first, let last = filled.last else {
            writer.append(0)
            return
        }
        let isRegular =
            first.index == BucketIndex.index(microseconds: histogram.minimum)
            && last.index == BucketIndex.index(microseconds: histogram.maximum)
        writer.append(UInt64(filled.count) << 6 | (isRegular ? 1 << 5 : 0) | UInt64(order))
        writer.append(UInt64(histogram.minimum))
        writer.append(UInt64(histogram.maximum - histogram.minimum))
    }

    func appendBody(to writer: inout ByteWriter) {
        guard let first = filled.first, let last = filled.last else { return }
        let order = order
        if first.index != BucketIndex.index(microseconds: histogram.minimum)
            || last.index != BucketIndex.index(microseconds: histogram.maximum)
        {
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
        writer.append(
            histogram.sum &- UInt64(histogram.minimum) &* (histogram.count - 1) &- UInt64(histogram.maximum))
    }

    /// How many bits of the empty buckets before a filled one are written as they are.
    static func gapBits(filled: Int, span: Int) -> Int {
        filled > 1 ? bits(of: UInt64(max(0, span - (filled - 1))), by: filled - 1) : 0
    }

    /// The lower bits of numbers that add up to `total`: as many as half of their mean has.
    private static func bits(of total: UInt64, by count: Int) -> Int {
        var bits = 0
        while bits < 31, UInt64(count) << UInt64(bits + 1) < total { bits += 1 }
        return bits
    }
}

extension LatencyHistogram {
    /// Reads the body that stands behind a head.
    init(_ head: PackedHistogram.Head, packedBody reader: inout ByteReader) throws(EncodingError) {
        guard head.filled > 0 else {
            self.init()
            return
        }
        let order = head.order
        var first = BucketIndex.index(microseconds: head.minimum)
        var span = BucketIndex.index(microseconds: head.maximum) - first
        if !head.isRegular {
            first = BucketIndex.lowest + (try reader.read(Int.self))
            span = try reader.read(Int.self)
        }
        let gapBits = PackedHistogram.gapBits(filled: head.filled, span: span)
        var count: UInt64 = 0
        var narrow = [UInt32](repeating: 0, count: span + 1)
        var wide: [UInt64] = []
        try reader.readBytes { (bytes, position) throws(EncodingError) in
            var bits = BitReader(bytes, at: position)
            var place = 0
            for bucket in 0..<head.filled {
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
        let sum = try reader.readNumber() &+ UInt64(head.minimum) &* (count - 1) &+ UInt64(head.maximum)
        let buckets =
            wide.isEmpty
            ? BucketCounts(first: first, narrow: narrow)
            : wide.withUnsafeBufferPointer { BucketCounts(first: first, $0, total: count) }
        self.init(unpacked: buckets, count: count, sum: sum, minimum: head.minimum, maximum: head.maximum)
    }
}
