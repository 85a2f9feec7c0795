/// A version of TLS, as it is written on the wire.
package enum TLSVersion: UInt16, Sendable, Comparable {
    case tls10 = 0x0301
    case tls11 = 0x0302
    case tls12 = 0x0303
    case tls13 = 0x0304

    package static func < (left: TLSVersion, right: TLSVersion) -> Bool { left.rawValue < right.rawValue }
}

/// What is spoken inside TLS, as far as it can be seen (RFC 7301).
package enum ApplicationProtocol: UInt8, Sendable {
    /// Not visible yet.
    case undecided
    /// None was agreed on, or it is not visible: taken for one request after the other.
    case unnamed
    case http11
    case http2
    /// Something that is not HTTP.
    case other
}

/// The application protocols that a client offers.
package struct OfferedProtocols: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let http11 = OfferedProtocols(rawValue: 1 << 0)
    package static let http2 = OfferedProtocols(rawValue: 1 << 1)
    package static let other = OfferedProtocols(rawValue: 1 << 2)
}
