/// Tells HTTP/2 from HTTP/1.1 in TLS 1.3, where the server's choice is encrypted, by the lengths of records.
///
/// Most servers put the message with their choice (EncryptedExtensions) into a record of its own, whose length gives it
/// away. For the others: an HTTP/2 server sends SETTINGS before anything else, a record shorter than any response of
/// HTTP/1.1 is wont to be, and an HTTP/2 client acknowledges them in a record of one length.
package struct ApplicationProtocolGuess: Sendable {
    /// A type byte and a tag in each encrypted record.
    private static let overhead = 17
    /// SETTINGS with nothing in it (RFC 9113, section 6.5): the client's acknowledgement.
    private static let acknowledgementBytes = 9 + overhead
    /// SETTINGS with up to nine parameters, a WINDOW_UPDATE behind it. A response of HTTP/1.1 with a `Date` is longer.
    private static let longestSettingsBytes = 9 + 9 * 6 + 13 + overhead
    /// EncryptedExtensions are shorter than this when they are alone in their record.
    private static let longestExtensionsBytes = 128

    package private(set) var choice = ApplicationProtocol.undecided
    private var isFirstOfFlight = true
    /// The server's handshake lies in one long record: what follows it is no part of it.
    private var isFlightJoined = false

    package init() {}

    /// It was agreed on in the clear, so there is nothing to guess.
    package init(agreed: ApplicationProtocol) { choice = agreed }

    /// What can be known from the client's offer alone.
    package init(offered: OfferedProtocols) {
        if offered.isEmpty { choice = .unnamed }
        if offered == .other { choice = .other }
    }

    /// Whether it can still turn out to be HTTP/2.
    package var isOpen: Bool { choice == .undecided }

    /// An encrypted record of the server's handshake. `offered`: what the client can speak.
    package mutating func handshakeRecord(_ length: Int, offered: OfferedProtocols) {
        defer { isFirstOfFlight = false }
        guard isOpen else { return }
        if isFirstOfFlight {
            isFlightJoined = length > Self.longestExtensionsBytes
            choice = Self.choice(extensionsBytes: length)
            if isOpen, !offered.contains(.http2) { choice = .unnamed }
        } else if isFlightJoined, Self.isSettings(length) {
            choice = .http2
        }
    }

    /// A record of the client after the handshake.
    package mutating func clientRecord(_ length: Int) {
        if isOpen, length == Self.acknowledgementBytes { choice = .http2 }
    }

    /// A record of the server after the handshake that can be no ticket, or is too short to be one.
    package mutating func serverRecord(_ length: Int) {
        if isOpen { choice = Self.isSettings(length) ? .http2 : .http11 }
    }

    package static func isSettings(_ length: Int) -> Bool {
        length > TLSAlert.encryptedBytes && length <= longestSettingsBytes
    }

    /// By the length of a record with EncryptedExtensions alone: four bytes of header, two of length, the extension of
    /// ALPN with nine (`h2`) or 15 bytes (`http/1.1`), and the server's name acknowledged or early data accepted with
    /// four each.
    private static func choice(extensionsBytes length: Int) -> ApplicationProtocol {
        switch length - 6 - overhead {
        case 0, 4, 8: .unnamed
        case 9, 13, 17: .http2
        case 15, 19, 23: .http11
        default: .undecided
        }
    }
}
