/// What kind of place an address is, by the registries of special-purpose addresses (RFC 6890 and what IANA has added),
/// and the addresses at which clouds answer with credentials.
///
/// The raw value is the bit in ``AddressClasses``.
package enum AddressClass: UInt8, Sendable, Hashable, CaseIterable {
    /// `0.0.0.0/8` and `::`; as a target it means this machine.
    case unspecified
    /// `127.0.0.0/8` and `::1`.
    case loopback
    /// RFC 1918, `fc00::/7` (RFC 4193) and the old site-local `fec0::/10`.
    case `private`
    /// `169.254.0.0/16` (RFC 3927) and `fe80::/10`.
    case linkLocal
    /// Where a cloud hands out the credentials of the machine (``IPAddress/isMetadata``).
    case metadata
    /// `100.64.0.0/10`, behind a carrier's address translation (RFC 6598).
    case shared
    case multicast
    /// Of examples in texts (RFC 5737, RFC 3849, RFC 9637).
    case documentation
    /// Special in another way, or given to nobody.
    case reserved
    /// Everything else: the Internet.
    case global

    /// As a policy file has it.
    package var name: String {
        switch self {
        case .unspecified: "unspecified"
        case .loopback: "loopback"
        case .private: "private"
        case .linkLocal: "link_local"
        case .metadata: "metadata"
        case .shared: "shared"
        case .multicast: "multicast"
        case .documentation: "documentation"
        case .reserved: "reserved"
        case .global: "global"
        }
    }

    /// The class of this name.
    package init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}

/// A set of classes.
package struct AddressClasses: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package init(_ one: AddressClass) { rawValue = 1 << UInt16(one.rawValue) }

    package func contains(_ one: AddressClass) -> Bool { rawValue & 1 << UInt16(one.rawValue) != 0 }

    /// Those that are in it, in the order of their declaration.
    package var all: [AddressClass] { AddressClass.allCases.filter { contains($0) } }
}
