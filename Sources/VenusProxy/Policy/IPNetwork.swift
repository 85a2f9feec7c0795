/// Addresses that begin with the same bits (CIDR, RFC 4632): `10.0.0.0/8`, `fd00::/8`, or one address.
package struct IPNetwork: Sendable, Hashable {
    package let address: IPAddress
    /// How many bits: 0 … 32, or … 128.
    package let bits: Int

    /// Reads `ADDRESS` or `ADDRESS/BITS`, without brackets. Bits of the address behind those that count have to be 0.
    package init(_ text: String) throws(PolicyFault) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else {
            throw PolicyFault("is no address; expected one like 10.0.0.1, 10.0.0.0/8 or fd00::/8")
        }
        let length = address.isIPv6 ? 128 : 32
        guard parts.count == 2 else {
            self.init(address: address, bits: length)
            return
        }
        guard let bits = Int(parts[1]), 0...length ~= bits, parts[1].utf8.allSatisfy(ByteClass.isDigit) else {
            throw PolicyFault("has no number of bits behind the slash; expected 0 … \(length)")
        }
        self.init(address: address, bits: bits)
        guard masked == address else {
            throw PolicyFault("has bits behind the first \(bits); expected \(masked.text)/\(bits)")
        }
    }

    private init(address: IPAddress, bits: Int) {
        self.address = address
        self.bits = bits
    }

    /// Whether the address is in it; one of the other family never is.
    package func contains(_ other: IPAddress) -> Bool {
        guard other.isIPv6 == address.isIPv6 else { return false }
        var left = bits
        var place = 0
        while left > 0 {
            let mask: UInt8 = left >= 8 ? 0xFF : ~(0xFF >> UInt8(left))
            guard (address.bytes[place] ^ other.bytes[place]) & mask == 0 else { return false }
            left -= 8
            place += 1
        }
        return true
    }

    package var text: String {
        bits == (address.isIPv6 ? 128 : 32) ? address.text : "\(address.text)/\(bits)"
    }

    private var masked: IPAddress {
        var bytes = address.bytes
        for place in 0..<16 {
            let left = bits - 8 * place
            if left <= 0 { bytes[place] = 0 } else if left < 8 { bytes[place] &= ~(0xFF >> UInt8(left)) }
        }
        return IPAddress(bytes: bytes, isIPv6: address.isIPv6)
    }
}
