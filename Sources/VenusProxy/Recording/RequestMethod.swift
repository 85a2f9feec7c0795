/// The request methods that are told apart; any other is recorded as `_OTHER`, so that garbage makes no operations.
package enum RequestMethod {
    package static let other: StaticString = "_OTHER"

    /// The registered name that `bytes` are (methods are case-sensitive), or ``other``.
    package static func name(_ bytes: UnsafeBufferPointer<UInt8>) -> StaticString {
        guard bytes.count <= 8 else { return registeredName(bytes) }
        var letters: UInt64 = 0
        for byte in bytes { letters = letters << 8 | UInt64(byte) }
        // RFC 9110 and RFC 5789: the letters as one number.
        switch letters {
        case 0x47_45_54: return "GET"
        case 0x50_4F_53_54: return "POST"
        case 0x50_55_54: return "PUT"
        case 0x44_45_4C_45_54_45: return "DELETE"
        case 0x48_45_41_44: return "HEAD"
        case 0x50_41_54_43_48: return "PATCH"
        case 0x4F_50_54_49_4F_4E_53: return "OPTIONS"
        case 0x43_4F_4E_4E_45_43_54: return "CONNECT"
        case 0x54_52_41_43_45: return "TRACE"
        default: return registeredName(bytes)
        }
    }

    /// Whether it is a registered method's name, or ``other``.
    package static func isName(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { matches($0, name($0)) }
    }

    /// The rest of IANA's Hypertext Transfer Protocol Method Registry.
    private static let registered: [StaticString] = [
        "ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "COPY", "LABEL", "LINK", "LOCK", "MERGE",
        "MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE", "ORDERPATCH", "PROPFIND",
        "PROPPATCH", "QUERY", "REBIND", "REPORT", "SEARCH", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE",
        "UPDATEREDIRECTREF", "VERSION-CONTROL",
    ]

    private static func registeredName(_ bytes: UnsafeBufferPointer<UInt8>) -> StaticString {
        registered.first { matches(bytes, $0) } ?? other
    }

    private static func matches(_ bytes: UnsafeBufferPointer<UInt8>, _ name: StaticString) -> Bool {
        guard bytes.count == name.utf8CodeUnitCount else { return false }
        let letters = name.utf8Start
        for place in 0..<bytes.count where bytes[place] != letters[place] { return false }
        return true
    }
}
