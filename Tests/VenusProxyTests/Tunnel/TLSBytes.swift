/// Bytes of TLS as a test wants them.
enum TLSBytes {
    static func number(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func vector(_ content: [UInt8], _ width: Int) -> [UInt8] { number(content.count, width) + content }

    static func record(_ content: Int, _ payload: [UInt8], version: Int = 0x0303) -> [UInt8] {
        [UInt8(content)] + number(version, 2) + vector(payload, 2)
    }

    /// A record of which only the length matters.
    static func record(_ content: Int, _ length: Int) -> [UInt8] {
        record(content, [UInt8](repeating: 0xEE, count: length))
    }

    static func message(_ type: Int, _ body: [UInt8]) -> [UInt8] { [UInt8(type)] + vector(body, 3) }

    static func extensionField(_ type: Int, _ content: [UInt8]) -> [UInt8] { number(type, 2) + vector(content, 2) }

    static func serverName(_ name: String) -> [UInt8] {
        extensionField(0, vector([0] + vector(Array(name.utf8), 2), 2))
    }

    static func protocols(_ names: [String]) -> [UInt8] {
        extensionField(16, vector(names.flatMap { vector(Array($0.utf8), 1) }, 2))
    }

    static func versions(_ versions: [Int]) -> [UInt8] {
        extensionField(43, vector(versions.flatMap { number($0, 2) }, 1))
    }

    /// The body of a ClientHello with these extensions; `nil`: without the field.
    static func clientHello(version: Int = 0x0303, _ extensions: [UInt8]?) -> [UInt8] {
        number(version, 2) + [UInt8](repeating: 7, count: 32) + vector([UInt8](repeating: 8, count: 32), 1)
            + vector([0x13, 0x01, 0x13, 0x02, 0xC0, 0x2F], 2) + vector([0], 1)
            + (extensions.map { vector($0, 2) } ?? [])
    }

    /// The body of a ServerHello.
    static func serverHello(
        version: Int = 0x0303, random: [UInt8] = [UInt8](repeating: 9, count: 32), cipher: Int = 0x1302,
        _ extensions: [UInt8]?
    ) -> [UInt8] {
        number(version, 2) + random + vector([UInt8](repeating: 8, count: 32), 1) + number(cipher, 2) + [0]
            + (extensions.map { vector($0, 2) } ?? [])
    }

    /// What makes a ServerHello a HelloRetryRequest.
    static let retryRandom: [UInt8] = [
        0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
        0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
    ]
}
