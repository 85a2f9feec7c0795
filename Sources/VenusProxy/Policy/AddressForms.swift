/// Where packets to an address may really end: the IPv4 addresses that an IPv6 address embeds, by whichever way of
/// translating or tunnelling it is made for; otherwise the address itself. At least one, at most four.
///
/// IPv4-mapped and IPv4-compatible (RFC 4291), translated (RFC 2765), NAT64 with the well-known prefix (RFC 6052) and
/// the local one (RFC 8215), 6to4 (RFC 3056), Teredo with its server and its client (RFC 4380), ISATAP (RFC 5214). A
/// NAT64 prefix of a network's own looks like any other address.
package struct AddressForms: Sendable {
    private var forms: InlineArray<4, IPAddress>
    package private(set) var count = 0

    package init(_ address: IPAddress) {
        forms = .init(repeating: address)
        embed(address)
        if count == 0 { count = 1 }
    }

    package subscript(place: Int) -> IPAddress {
        precondition(place < count)
        return forms[place]
    }

    /// Whether one of them satisfies the condition.
    package func contains(where condition: (IPAddress) -> Bool) -> Bool {
        for place in 0..<count where condition(forms[place]) { return true }
        return false
    }

    /// Whether all of them satisfy the condition.
    package func allSatisfy(_ condition: (IPAddress) -> Bool) -> Bool { !contains { !condition($0) } }

    private mutating func embed(_ address: IPAddress) {
        guard address.isIPv6 else { return }
        let high = address.high
        let low = address.low
        let last = UInt32(truncatingIfNeeded: low)
        if high == 0 {
            switch low >> 32 {
            // `::` and `::1` embed nothing.
            case 0: if low > 1 { append(last) }
            case 0xFFFF, 0xFFFF_0000: append(last)
            default: break
            }
        } else if high == 0x0064_FF9B_0000_0000, low >> 32 == 0 {
            append(last)
        } else if high >> 16 == 0x0064_FF9B_0001 {
            embedLocalTranslation(high, low)
        } else if high >> 48 == 0x2002 {
            append(UInt32(truncatingIfNeeded: high >> 16))
        } else if high >> 32 == 0x2001_0000 {
            append(~last)
            append(UInt32(truncatingIfNeeded: high))
        } else if low >> 32 & 0xFDFF_FFFF == 0x5EFE {
            append(last)
            append(address)
        }
    }

    /// RFC 8215 leaves open how much of the prefix a network uses: where more than the shortest is there, each place
    /// that RFC 6052 allows counts.
    private mutating func embedLocalTranslation(_ high: UInt64, _ low: UInt64) {
        append(UInt32(truncatingIfNeeded: low))
        guard high & 0xFFFF != 0 || low >> 32 != 0 else { return }
        // Of the byte in the middle, the ninth, RFC 6052 makes no use.
        append(UInt32(truncatingIfNeeded: (high & 0xFFFF) << 16 | low >> 40 & 0xFFFF))
        append(UInt32(truncatingIfNeeded: (high & 0xFF) << 24 | low >> 32 & 0xFF_FFFF))
        append(UInt32(truncatingIfNeeded: low >> 24))
    }

    private mutating func append(_ four: UInt32) {
        var bytes = SIMD16<UInt8>()
        for place in 0..<4 { bytes[place] = UInt8(truncatingIfNeeded: four >> UInt32(24 - 8 * place)) }
        append(IPAddress(bytes: bytes, isIPv6: false))
    }

    private mutating func append(_ form: IPAddress) {
        forms[count] = form
        count += 1
    }
}

extension IPAddress {
    /// The class to name when one is asked for: the most telling one of its forms.
    package var shownClass: AddressClass {
        let forms = AddressForms(self)
        if forms.contains(where: { $0.isMetadata }) { return .metadata }
        for place in 0..<forms.count where forms[place].ownClass != .global { return forms[place].ownClass }
        return .global
    }

    /// Whether it is link-local or serves credentials, in whatever form.
    package var isLinkLocalOrMetadata: Bool {
        AddressForms(self).contains { $0.isMetadata || $0.ownClass == .linkLocal }
    }
}
