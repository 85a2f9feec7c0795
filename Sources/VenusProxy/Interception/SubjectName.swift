/// A name that a certificate is for (RFC 5280, section 4.2.1.6).
package enum SubjectName: Sendable, Hashable {
    /// A host's name in lower case, without a final dot; the first label may be `*` (RFC 9525, section 6.3).
    case host([UInt8])
    case address(IPAddress)

    /// The host of a target, as it stands before the port: a name, or an address without brackets. `nil` for what can
    /// be neither.
    package init?(host bytes: [UInt8]) {
        if let address = IPAddress(String(decoding: bytes, as: UTF8.self)) {
            self = .address(address.unmapped)
            return
        }
        let name = bytes.last == UInt8(ascii: ".") ? bytes.dropLast() : bytes[...]
        guard name.withUnsafeBufferPointer(HostName.isValid) else { return nil }
        self = .host(Self.lowercased(name))
    }

    /// A dNSName of a certificate: `nil` where it is none that a host could have.
    init?(pattern bytes: UnsafeBufferPointer<UInt8>) {
        let isWildcard = bytes.starts(with: "*.".utf8)
        guard HostName.isValid(UnsafeBufferPointer(rebasing: isWildcard ? bytes.dropFirst(2) : bytes[...])) else {
            return nil
        }
        self = .host(Self.lowercased(bytes[...]))
    }

    /// An iPAddress of a certificate: 4 or 16 bytes.
    init?(addressBytes bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var address = SIMD16<UInt8>()
        for place in bytes.indices { address[place] = bytes[place] }
        self = .address(IPAddress(bytes: address, isIPv6: bytes.count == 16).unmapped)
    }

    /// Whether a certificate with this name is one for `host`, which has no `*`.
    package func covers(_ host: SubjectName) -> Bool {
        guard case .host(let pattern) = self, case .host(let name) = host, pattern.starts(with: "*.".utf8) else {
            return self == host
        }
        guard let dot = name.firstIndex(of: UInt8(ascii: ".")), dot > 0 else { return false }
        return name[dot...].elementsEqual(pattern.dropFirst())
    }

    /// For people and logs.
    package var text: String {
        switch self {
        case .host(let bytes): String(decoding: bytes, as: UTF8.self)
        case .address(let address): address.text
        }
    }

    /// How much memory it takes, about.
    var bytes: Int {
        switch self {
        case .host(let bytes): bytes.count + 48
        case .address: 32
        }
    }

    private static func lowercased(_ bytes: some Collection<UInt8>) -> [UInt8] {
        bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }
}
