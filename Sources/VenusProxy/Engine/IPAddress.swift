import CLinux

/// An IPv4 or IPv6 address.
package struct IPAddress: Sendable, Hashable {
    /// The address in network order: an IPv4 address in the first four bytes, the rest zero.
    package var bytes: SIMD16<UInt8>
    package var isIPv6: Bool
    /// The interface of a link-local IPv6 address; 0 for others.
    package var scope: UInt32

    package init(bytes: SIMD16<UInt8>, isIPv6: Bool, scope: UInt32 = 0) {
        self.bytes = bytes
        self.isIPv6 = isIPv6
        self.scope = scope
    }

    /// Reads dotted decimal, or IPv6 without brackets. Nothing else is an address: `127.1` and `0x7f000001` are names.
    package init?(_ text: String) {
        var address = clinux_address()
        guard clinux_parse_address(text, &address) == 1 else { return nil }
        self.init(address)
    }

    init(_ address: clinux_address) {
        var bytes = SIMD16<UInt8>()
        withUnsafeBytes(of: address.bytes) { source in
            for place in 0..<(address.is_ipv6 ? 16 : 4) { bytes[place] = source[place] }
        }
        self.init(bytes: bytes, isIPv6: address.is_ipv6, scope: address.scope)
    }

    /// Without brackets.
    package var text: String {
        var address = native
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            // The buffer is not empty.
            clinux_format_address(&address, buffer.baseAddress!, 64)
            return String(cString: buffer.baseAddress!)
        }
    }

    var native: clinux_address {
        var address = clinux_address()
        address.is_ipv6 = isIPv6
        address.scope = scope
        withUnsafeMutableBytes(of: &address.bytes) { target in
            for place in 0..<16 { target[place] = bytes[place] }
        }
        return address
    }

    /// An IPv4 address that an IPv6 one embeds (`::ffff:a.b.c.d`) as itself; every other address unchanged.
    package var unmapped: IPAddress {
        guard isIPv6 else { return self }
        for place in 0..<10 where bytes[place] != 0 { return self }
        guard bytes[10] == 0xFF, bytes[11] == 0xFF else { return self }
        var four = SIMD16<UInt8>()
        for place in 0..<4 { four[place] = bytes[12 + place] }
        return IPAddress(bytes: four, isIPv6: false)
    }

    /// `0.0.0.0` or `::`: as a target it means this machine.
    package var isUnspecified: Bool { bytes == SIMD16<UInt8>() }

    /// `127.0.0.0/8` or `::1`.
    package var isLoopback: Bool {
        if !isIPv6 { return bytes[0] == 127 }
        for place in 0..<15 where bytes[place] != 0 { return false }
        return bytes[15] == 1
    }

    /// Whether an interface of this machine has it. Asks the system: not for the hit path.
    var isOfThisMachine: Bool {
        var address = native
        return isLoopback || isUnspecified || clinux_is_local_address(&address) == 1
    }
}
