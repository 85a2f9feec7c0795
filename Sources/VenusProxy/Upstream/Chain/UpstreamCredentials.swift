/// What we prove ourselves by to an upstream proxy. Printed, described or reflected it never shows the password.
package struct UpstreamCredentials: Sendable, Hashable {
    /// Longest user name and longest password (RFC 1929, section 2).
    package static let maximumBytes = 255

    let user: [UInt8]
    let password: [UInt8]

    package init(user: [UInt8], password: [UInt8]) {
        self.user = user
        self.password = password
    }

    /// The value of `Proxy-Authorization` (RFC 7617, section 2).
    package var authorization: [UInt8] { Array("Basic ".utf8) + Self.base64(user + [UInt8(ascii: ":")] + password) }

    /// RFC 4648, section 4.
    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let some = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for place in 0..<3 { bits = bits << 8 | (place < some.count ? UInt32(some[start + place]) : 0) }
            for place in 0..<4 {
                let digit = digits[Int(bits >> UInt32(18 - 6 * place)) & 0x3F]
                text.append(place <= some.count ? digit : UInt8(ascii: "="))
            }
        }
        return text
    }
}

extension UpstreamCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(set)" }
    package var debugDescription: String { "(set)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
