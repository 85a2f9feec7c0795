/// A running 64-bit checksum of bytes, in the manner of FNV-1a but eight bytes at a step, so that it is quick even in a
/// debug build. It depends on every byte and on their order; pieces may be cut anywhere.
public struct Checksum: Sendable, Equatable {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325
    private var pending: UInt64 = 0
    private var pendingCount = 0
    public private(set) var length = 0

    public init() {}

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        length += bytes.count
        var offset = 0
        while pendingCount != 0 && offset < bytes.count {
            take(base.load(fromByteOffset: offset, as: UInt8.self))
            offset += 1
        }
        var running = state
        while bytes.count &- offset >= 8 {
            running = (running ^ base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x0000_0100_0000_01b3
            running ^= running &>> 29
            offset &+= 8
        }
        state = running
        while offset < bytes.count {
            take(base.load(fromByteOffset: offset, as: UInt8.self))
            offset += 1
        }
    }

    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    public var value: String {
        var result = (state ^ pending) &* 0x0000_0100_0000_01b3 ^ UInt64(length)
        result ^= result &>> 31
        return "\(length)-" + String(result, radix: 16)
    }

    private mutating func take(_ byte: UInt8) {
        pending |= UInt64(byte) << (8 * UInt64(pendingCount))
        pendingCount += 1
        guard pendingCount == 8 else { return }
        state = (state ^ pending) &* 0x0000_0100_0000_01b3
        state ^= state &>> 29
        pending = 0
        pendingCount = 0
    }
}
