import Glibc

/// A network of IP addresses: `10.0.0.0/8`, `fd00::/8`, or one address.
package struct AddressRange: Sendable, Hashable {
    private var bytes: [UInt8]
    private var bits: Int

    /// `nil` for what is neither an address nor a network.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = Self.bytes(of: String(parts[0])) else { return nil }
        self.bytes = bytes
        bits = bytes.count * 8
        guard parts.count == 2 else { return }
        guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let bits = Int(parts[1]), bits <= self.bits else {
            return nil
        }
        self.bits = bits
    }

    package func contains(_ address: String) -> Bool {
        guard let other = Self.bytes(of: address), other.count == bytes.count else { return false }
        return Self.prefix(other, bits) == Self.prefix(bytes, bits)
    }

    /// Under what an address is counted: of IPv6 the network of 64 bits, since whoever has one address has all of it.
    package static func network(of address: String) -> String {
        guard let bytes = bytes(of: address), bytes.count == 16 else { return address }
        let words = stride(from: 0, to: 8, by: 2).map {
            String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
        }
        return words.joined(separator: ":") + "::/64"
    }

    private static func prefix(_ bytes: [UInt8], _ bits: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(max(bits - index * 8, 0), 8)
            return byte & ~UInt8(truncatingIfNeeded: 0xFF >> kept)
        }
    }

    /// In network order; an IPv4 address within IPv6 is the IPv4 address.
    static func bytes(of text: String) -> [UInt8]? {
        var short = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, text, &short) == 1 { return short }
        var long = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &long) == 1 else { return nil }
        let isMapped = long.prefix(10).allSatisfy { $0 == 0 } && long[10...11].allSatisfy { $0 == 0xFF }
        return isMapped ? Array(long[12...]) : long
    }
}
