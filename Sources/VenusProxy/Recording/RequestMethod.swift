/// The request methods that are told apart; any other is recorded as `_OTHER`, so that garbage makes no operations.
package enum RequestMethod {
    package static let other: StaticString = "_OTHER"

    /// The registered name that `bytes` are (methods are case-sensitive), or ``other``.
    package static func name(_ bytes: UnsafeBufferPointer<UInt8>) -> StaticString {
        for name in common where matches(bytes, name) { return name }
        for name in registered where matches(bytes, name) { return name }
        return other
    }

    /// RFC 9110 and RFC 5789, the most frequent first.
    private static let common: [StaticString] = [
        "GET", "POST", "PUT", "DELETE", "CONNECT", "HEAD", "PATCH", "OPTIONS", "TRACE",
    ]

    /// The rest of IANA's Hypertext Transfer Protocol Method Registry.
    private static let registered: [StaticString] = [
        "ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "COPY", "LABEL", "LINK", "LOCK", "MERGE",
        "MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE", "ORDERPATCH", "PROPFIND",
        "PROPPATCH", "QUERY", "REBIND", "REPORT", "SEARCH", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE",
        "UPDATEREDIRECTREF", "VERSION-CONTROL",
    ]

    private static func matches(_ bytes: UnsafeBufferPointer<UInt8>, _ name: StaticString) -> Bool {
        guard bytes.count == name.utf8CodeUnitCount else { return false }
        let letters = name.utf8Start
        for place in 0..<bytes.count where bytes[place] != letters[place] { return false }
        return true
    }
}
