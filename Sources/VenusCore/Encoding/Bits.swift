/// Writes numbers of any number of bits, the lowest first, as bytes. What ``ByteReader`` reads goes on behind
/// ``finish(_:)``.
struct BitWriter {
    private var pending: UInt64 = 0
    /// How many bits of `pending` are taken: fewer than eight between calls.
    private var count = 0

    /// - Parameters:
    ///   - value: below 2^bits.
    ///   - bits: at most 64.
    mutating func append(_ value: UInt64, bits: Int, to writer: inout ByteWriter) {
        guard bits <= 32 else {
            append(value & 0xFFFF_FFFF, bits: 32, to: &writer)
            append(value >> 32, bits: bits - 32, to: &writer)
            return
        }
        pending |= value << UInt64(count)
        count += bits
        while count >= 8 {
            writer.append(byte: UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            count -= 8
        }
    }

    /// So many ones, and a zero.
    mutating func append(ones: Int, to writer: inout ByteWriter) {
        var ones = ones
        while ones >= 32 {
            append(0xFFFF_FFFF, bits: 32, to: &writer)
            ones -= 32
        }
        append(1 << UInt64(ones) - 1, bits: ones + 1, to: &writer)
    }

    /// Fills the last byte with zeros.
    mutating func finish(_ writer: inout ByteWriter) {
        if count > 0 { append(0, bits: 8 - count, to: &writer) }
    }
}

/// Reads what ``BitWriter`` wrote.
struct BitReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Of the next byte that `pending` has nothing of.
    private var next: Int
    private var pending: UInt64 = 0
    /// How many bits of `pending` are not read; those above them are zero.
    private var count = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) {
        self.bytes = bytes
        next = position
    }

    /// Behind the byte of the last bit that was read.
    var position: Int { next - count / 8 }

    /// - Parameter bits: at most 64.
    @inline(__always)
    mutating func read(_ bits: Int) throws(EncodingError) -> UInt64 {
        guard bits <= 32 else {
            let lower = try take(32)
            return lower | (try take(bits - 32)) << 32
        }
        return try take(bits)
    }

    @inline(__always)
    private mutating func take(_ bits: Int) throws(EncodingError) -> UInt64 {
        if count < bits { try fill(atLeast: bits) }
        let value = pending & (1 &<< UInt64(bits) &- 1)
        pending &>>= UInt64(bits)
        count -= bits
        return value
    }

    /// How many ones there are before the next zero.
    @inline(__always)
    mutating func readOnes() throws(EncodingError) -> Int {
        var ones = 0
        while true {
            let more = (~pending).trailingZeroBitCount
            if more < count {
                pending >>= UInt64(more + 1)
                count -= more + 1
                return ones + more
            }
            ones += count
            pending = 0
            count = 0
            try fill(atLeast: 1)
        }
    }

    private mutating func fill(atLeast bits: Int) throws(EncodingError) {
        while count <= 56, next < bytes.count {
            pending |= UInt64(bytes[next]) << UInt64(count)
            next += 1
            count += 8
        }
        guard count >= bits else { throw .corrupt }
    }
}
