extension IPAddress {
    /// The class of the address as it stands, whatever it embeds.
    package var ownClass: AddressClass { isIPv6 ? classOfSix : classOfFour }

    /// Whether a cloud answers here with the credentials of a machine: AWS, Google, Azure and others at
    /// `169.254.169.254` and its neighbours, containers at AWS, Azure's `168.63.129.16`, Alibaba's `100.100.100.200`,
    /// Oracle's `192.0.0.192`, and their IPv6 addresses.
    package var isMetadata: Bool {
        if isIPv6 { return high == 0xFD00_0EC2_0000_0000 && (low == 0x254 || low == 0x23) || isGoogleMetadata }
        switch four {
        case 0xA9FE_A9FE, 0xA9FE_A9FD, 0xA9FE_AA02, 0xA9FE_AA17, 0xA9FE_0017, 0xA9FE_2A2A: return true
        case 0xA83F_8110, 0x6464_64C8, 0xC000_00C0: return true
        default: return false
        }
    }

    /// `fd20:ce::254`.
    private var isGoogleMetadata: Bool { high == 0xFD20_00CE_0000_0000 && low == 0x254 }

    /// An IPv4 address as a number.
    var four: UInt32 { word(0) }

    /// Four bytes from this place on as a number.
    func word(_ place: Int) -> UInt32 {
        UInt32(bytes[place]) << 24 | UInt32(bytes[place + 1]) << 16 | UInt32(bytes[place + 2]) << 8
            | UInt32(bytes[place + 3])
    }

    /// The first and the last eight bytes of an IPv6 address as numbers.
    var high: UInt64 { UInt64(word(0)) << 32 | UInt64(word(4)) }
    var low: UInt64 { UInt64(word(8)) << 32 | UInt64(word(12)) }

    private var classOfFour: AddressClass {
        let value = four
        switch value >> 24 {
        case 0: return .unspecified
        case 10: return .private
        case 127: return .loopback
        case 224...239: return .multicast
        case 240...255: return .reserved
        default: break
        }
        switch value >> 16 {
        case 0xA9FE: return .linkLocal
        case 0xAC10...0xAC1F, 0xC0A8: return .private
        case 0x6440...0x647F: return .shared
        // Benchmarks (RFC 2544).
        case 0xC612, 0xC613: return .reserved
        default: break
        }
        switch value >> 8 {
        case 0xC0_0002, 0xC6_3364, 0xCB_0071: return .documentation
        // Protocol assignments (RFC 6890), relays of 6to4 (RFC 7526).
        case 0xC0_0000, 0xC0_5863: return .reserved
        default: return .global
        }
    }

    private var classOfSix: AddressClass {
        if high == 0 {
            if low == 0 { return .unspecified }
            if low == 1 { return .loopback }
        }
        let first = word(0)
        switch first >> 24 {
        case 0xFC, 0xFD: return .private
        case 0xFF: return .multicast
        case 0xFE:
            switch first >> 22 & 0x3 {
            case 0b10: return .linkLocal
            case 0b11: return .private
            default: return .reserved
            }
        default: break
        }
        // 2001::/23 is for protocols (RFC 2928), among them Teredo, which is looked at by what it embeds.
        if first >> 9 == 0x2001_0000 >> 9 { return .reserved }
        if first == 0x2001_0DB8 || first >> 12 == 0x3FFF_0000 >> 12 { return .documentation }
        // What IANA gives to registries (RFC 4291, section 2.4).
        return first >> 29 == 0b001 ? .global : .reserved
    }
}
