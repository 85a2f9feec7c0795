/// What a TLS server answers first (RFC 8446, section 4.1.3; RFC 5246, section 7.4.1.3).
package struct ServerHello: Sendable, Hashable {
    /// IANA's TLS ExtensionType Values.
    private static let protocolsExtension = 16
    private static let preSharedKeyExtension = 41
    private static let versionsExtension = 43
    /// The first half of the random value that stands for a HelloRetryRequest (RFC 8446, section 4.1.3).
    private static let retryRandom = [0xCF21_AD74, 0xE59A_6111, 0xBE1D_8C02, 0x1E65_B891]

    package private(set) var version: TLSVersion?
    package private(set) var cipherSuite = 0
    /// The server asks for another ClientHello.
    package private(set) var isRetry = false
    /// A session of before goes on (TLS 1.3).
    package private(set) var resumes = false
    /// What was agreed on, where that is visible: before TLS 1.3.
    package private(set) var applicationProtocol = ApplicationProtocol.unnamed

    /// Reads the body of the message; `nil` if it is malformed.
    package init?(_ message: UnsafeBufferPointer<UInt8>) {
        var cursor = TLSCursor(message)
        guard let legacyVersion = cursor.number(2) else { return nil }
        version = TLSVersion(rawValue: UInt16(legacyVersion))
        isRetry = true
        for word in Self.retryRandom {
            guard let number = cursor.number(4) else { return nil }
            if number != word { isRetry = false }
        }
        guard cursor.skip(16), cursor.vector(1) != nil, let cipherSuite = cursor.number(2), cursor.skip(1) else {
            return nil
        }
        self.cipherSuite = cipherSuite
        if cursor.isAtEnd { return }
        guard var extensions = cursor.vector(2), cursor.isAtEnd else { return nil }
        while !extensions.isAtEnd {
            guard let type = extensions.number(2), var content = extensions.vector(2) else { return nil }
            switch type {
            case Self.versionsExtension:
                guard let number = content.number(2) else { return nil }
                version = TLSVersion(rawValue: UInt16(number))
            case Self.preSharedKeyExtension: resumes = true
            case Self.protocolsExtension:
                guard var names = content.vector(2), let name = names.vector(1) else { return nil }
                applicationProtocol = name.equals("h2") ? .http2 : name.equals("http/1.1") ? .http11 : .other
            default: break
            }
        }
    }

    /// Bytes of the encrypted record that holds nothing but a Finished message (TLS 1.3): a hash, a header of four
    /// bytes, the content's type and a tag of 16.
    package var finishedRecordBytes: Int {
        // TLS_AES_256_GCM_SHA384 is the one suite with a hash of 48 bytes.
        (cipherSuite == 0x1302 ? 48 : 32) + 4 + 1 + 16
    }
}
