/// The name of a trailer field as its bytes come, remembered by a fingerprint, so that it costs no memory.
///
/// Trailers are passed on where they stand, and never merged into a head (RFC 9110, section 6.5.1). Some fields must
/// not stand there: those that frame or route a message, and those that end at a hop. Whoever merges them later would
/// read another message than we did, so they break the body's coding. A collision of fingerprints refuses a harmless
/// name once in 10¹⁸ names.
struct TrailerName: Sendable {
    private var fingerprint = offset

    private static let offset: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func append(_ byte: UInt8) {
        fingerprint = (fingerprint ^ UInt64(ByteClass.lowercased(byte))) &* 0x0000_0100_0000_01B3
    }

    /// Whether the complete name may not be a trailer's.
    var isForbidden: Bool { Self.forbidden.contains(fingerprint) }

    private static let forbidden: [UInt64] = [
        "connection", "content-length", "expect", "host", "keep-alive", "max-forwards", "proxy-authorization",
        "proxy-connection", "te", "transfer-encoding", "upgrade",
    ].map { (name: String) in
        var result = TrailerName()
        for byte in name.utf8 { result.append(byte) }
        return result.fingerprint
    }
}
