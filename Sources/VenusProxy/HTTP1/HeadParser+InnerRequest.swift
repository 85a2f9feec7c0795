/// Which forms of a request's target are taken (RFC 9112, section 3.2).
package enum RequestForm: UInt8, Sendable {
    /// Those that a proxy gets: absolute form for `http`, authority form for CONNECT.
    case absolute
    /// Those that an origin of `https` gets: origin form, asterisk form, and absolute form for `https`.
    case origin
}

/// Requests to the origin that the proxy stands for in an intercepted tunnel.
extension HeadParser {
    private static let defaultPort: UInt16 = 443

    static func readInnerTarget(_ bytes: Span<UInt8>, _ range: ByteRange, _ head: inout RequestHead) -> HeadError? {
        guard !range.isEmpty, head.method != .connect else { return .malformedTarget }
        if bytes[range.start] == UInt8(ascii: "/") { return readPath(bytes, range, &head) }
        if bytes[range.start] == UInt8(ascii: "*"), range.count == 1 {
            guard head.method == .options else { return .malformedTarget }
            head.pathAndQuery = ByteRange(range.end, range.end)
            head.path = head.pathAndQuery
            return nil
        }
        guard ByteScan.matches(bytes, at: range.start, "https://"), range.count > 8 else { return .malformedTarget }
        return readAbsolute(bytes, range, from: range.start + 8, defaultPort: defaultPort, head: &head)
    }

    private static func readPath(_ bytes: Span<UInt8>, _ range: ByteRange, _ head: inout RequestHead) -> HeadError? {
        var end = range.end
        for place in range.start..<range.end {
            if bytes[place] == UInt8(ascii: "#") { return .malformedTarget }
            if bytes[place] == UInt8(ascii: "?"), end == range.end { end = place }
        }
        head.pathAndQuery = range
        head.path = ByteRange(range.start, end)
        return nil
    }

    /// The authority is what `Host` says.
    static func takeAuthority(_ bytes: Span<UInt8>, _ host: ByteRange, head: inout RequestHead) -> HeadError? {
        guard !host.isEmpty else { return .malformedHost }
        head.authority = host
        return readAuthority(bytes, defaultPort: defaultPort, head: &head) == nil ? nil : .malformedHost
    }
}
