import VenusCore

/// The operations that one loop has met, each with its line for the call log, found by the bytes of that line.
///
/// Open addressing over a table of fixed size; nothing is ever removed. Beyond the bound an operation counts as
/// `_overflow` of its dependency, and beyond ``maximumOverflowingDependencies`` of these as `_overflow` of all. A line is
/// shorter than 1 KB, so a full table of the default size stays below 10 MB, and usually far below.
package struct OperationTable {
    package static let maximumOverflowingDependencies = 512
    package static let overflow: StaticString = "_overflow"
    /// Longest host name (RFC 1035: 255 octets).
    package static let maximumHostBytes = 255

    private let maximumOperations: Int
    /// 1 + the index of the operation, 0 where free; beside it, the upper half of the line's hash.
    private var slots: [Slot]
    private let seed: UInt64
    private var lines: [UInt8] = []
    /// Where each operation's line ends in `lines`; it begins where the one before ends.
    private var ends: [Int] = []
    /// The line that is looked for.
    private var wanted: [UInt8] = []

    private struct Slot {
        var place: UInt32
        var tag: UInt32
    }

    package init(maximumOperations: Int, seed: UInt64 = .random(in: 0 ... .max)) {
        self.maximumOperations = max(1, min(maximumOperations, 1 << 20))
        self.seed = seed
        var capacity = 1
        while capacity < 2 * (self.maximumOperations + Self.maximumOverflowingDependencies + 1) { capacity *= 2 }
        slots = Array(repeating: Slot(place: 0, tag: 0), count: capacity)
        wanted.reserveCapacity(1_024)
    }

    package var count: Int { ends.count }

    /// The place of the operation's line; with a known operation it allocates nothing.
    package mutating func intern(
        scheme: Scheme, host: UnsafeBufferPointer<UInt8>, port: UInt16, method: UnsafeBufferPointer<UInt8>,
        path: UnsafeBufferPointer<UInt8>, networkProtocol: NetworkProtocol
    ) -> UInt32 {
        writeDependency(scheme, host, port)
        append(RequestMethod.name(method))
        wanted.append(Self.tab)
        if scheme != .tcp { RouteTemplate.append(path, to: &wanted) }
        wanted.append(Self.tab)
        append(networkProtocol.staticName)
        if let place = findOrAdd(upTo: maximumOperations) { return place }

        writeDependency(scheme, host, port)
        appendOverflow(networkProtocol)
        if let place = findOrAdd(upTo: maximumOperations + Self.maximumOverflowingDependencies) { return place }

        wanted.removeAll(keepingCapacity: true)
        append(scheme.staticName)
        wanted.append(Self.tab)
        append(Self.overflow)
        wanted.append(Self.tab)
        wanted.append(UInt8(ascii: "0"))
        wanted.append(Self.tab)
        appendOverflow(networkProtocol)
        // Room for each scheme and protocol is not counted: there are twelve pairs, and the slots are half empty.
        return findOrAdd(upTo: .max)!
    }

    /// Appends the line of the operation at `place`, without a newline.
    package func append(line place: Int, to output: inout [UInt8]) {
        output += lines[(place == 0 ? 0 : ends[place - 1])..<ends[place]]
    }

    private static let tab = UInt8(ascii: "\t")

    private mutating func append(_ text: StaticString) {
        wanted.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Scheme, host and port. The host comes in any case, an IPv6 address with or without brackets; a byte that no host
    /// has becomes `_`, so that the line needs no escape.
    private mutating func writeDependency(_ scheme: Scheme, _ host: UnsafeBufferPointer<UInt8>, _ port: UInt16) {
        wanted.removeAll(keepingCapacity: true)
        append(scheme.staticName)
        wanted.append(Self.tab)
        var host = host
        if host.count > 2, host[0] == UInt8(ascii: "["), host[host.count - 1] == UInt8(ascii: "]") {
            host = UnsafeBufferPointer(rebasing: host[1..<host.count - 1])
        }
        for byte in host.prefix(Self.maximumHostBytes) {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): wanted.append(byte | 0x20)
            case UInt8(ascii: "\\"): wanted.append(UInt8(ascii: "_"))
            case 0x21...0x7E: wanted.append(byte)
            default: wanted.append(UInt8(ascii: "_"))
            }
        }
        wanted.append(Self.tab)
        append(decimal: port)
        wanted.append(Self.tab)
    }

    private mutating func append(decimal value: UInt16) {
        var divisor: UInt16 = 10_000
        while divisor > 1, value < divisor { divisor /= 10 }
        while divisor > 0 {
            wanted.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }

    /// Method, route and protocol of what does not fit.
    private mutating func appendOverflow(_ networkProtocol: NetworkProtocol) {
        append(RequestMethod.other)
        wanted.append(Self.tab)
        append(Self.overflow)
        wanted.append(Self.tab)
        append(networkProtocol.staticName)
    }

    /// The place of the line in `wanted`, which is added if there are fewer than `limit`.
    private mutating func findOrAdd(upTo limit: Int) -> UInt32? {
        let hash = hashOfWanted()
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        let mask = slots.count - 1
        var position = Int(truncatingIfNeeded: hash) & mask
        while slots[position].place != 0 {
            if slots[position].tag == tag, isWanted(Int(slots[position].place - 1)) {
                return slots[position].place - 1
            }
            position = (position + 1) & mask
        }
        guard ends.count < limit else { return nil }
        lines += wanted
        ends.append(lines.count)
        slots[position] = Slot(place: UInt32(ends.count), tag: tag)
        return UInt32(ends.count - 1)
    }

    private func isWanted(_ place: Int) -> Bool {
        let start = place == 0 ? 0 : ends[place - 1]
        guard ends[place] - start == wanted.count else { return false }
        return lines.withUnsafeBufferPointer { lines in
            wanted.withUnsafeBufferPointer { wanted in
                for offset in 0..<wanted.count where lines[start + offset] != wanted[offset] { return false }
                return true
            }
        }
    }

    /// Multiply and fold, eight bytes at a time, from a random seed, so that nobody can choose names that collide.
    private func hashOfWanted() -> UInt64 {
        wanted.withUnsafeBytes { bytes in
            var hash = seed ^ UInt64(bytes.count)
            var offset = 0
            while offset + 8 <= bytes.count {
                hash = Self.fold(hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset += 8
            }
            var rest: UInt64 = 0
            while offset < bytes.count {
                rest = rest << 8 | UInt64(bytes[offset])
                offset += 1
            }
            return Self.fold(hash ^ rest)
        }
    }

    private static func fold(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
