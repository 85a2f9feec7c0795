package import VenusCore

/// An alert that could be read, because nothing was encrypted yet (RFC 8446, section 6).
package struct TLSAlert: Sendable, Hashable {
    /// Bytes of an encrypted record that holds an alert and nothing else (TLS 1.3).
    package static let encryptedBytes = 2 + 1 + 16

    /// Whether a burst of so many bytes, headers included, is most likely an alert and nothing else: with the usual
    /// ciphers, and no request or response is as short.
    /// `padding`: of each record, in TLS 1.3.
    package static func fills(_ count: Int, _ version: TLSVersion?, padding: Int = 0) -> Bool {
        // Before TLS 1.3: two bytes and a tag of 16, with GCM and CCM behind eight bytes of nonce.
        version == .tls13 ? count == TLSRecord.headerBytes + encryptedBytes + padding : count == 23 || count == 31
    }

    package var level: UInt8
    package var description: UInt8

    package init(level: UInt8, description: UInt8) {
        self.level = level
        self.description = description
    }

    /// Whether it ends the connection in order: `close_notify`, `user_canceled`.
    package var isClosing: Bool { description == 0 || description == 90 }

    /// Whether the handshake goes on after it (before TLS 1.3, for example `unrecognized_name`).
    package var isWarning: Bool { level == 1 && !isClosing }

    /// What an alert of the client says about the dependency.
    package var clientError: ErrorType {
        switch description {
        // bad_, unsupported_, revoked, expired, unknown certificate; unknown_ca; the status that was to be stapled.
        case 42, 43, 44, 45, 46, 48, 113: .tlsCertificateError
        default: .tlsProtocolError
        }
    }
}
