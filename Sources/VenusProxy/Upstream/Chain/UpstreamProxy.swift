/// Another proxy that calls go through on their way to a dependency.
public struct UpstreamProxy: Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// Calls in absolute form, tunnels by CONNECT (RFC 9110, section 9.3.6).
        case http
        /// The same within TLS.
        case https
        /// RFC 1928; names are resolved there.
        case socks5

        /// The port of a URL without one.
        var port: UInt16 {
            switch self {
            case .http: 80
            case .https: 443
            case .socks5: 1_080
            }
        }
    }

    package let kind: Kind
    /// Lower case; an IPv6 address without brackets.
    package let host: String
    package let port: UInt16
    package let credentials: UpstreamCredentials?

    /// Reads `http://[USER[:PASSWORD]@]HOST[:PORT]`, or `https`, `socks5`, `socks5h`. User name and password may be
    /// percent-encoded.
    package init(url: String) throws(UpstreamFault) {
        guard let mark = url.firstRange(of: "://") else {
            throw UpstreamFault("is no URL; expected one like http://proxy.example.com:3128")
        }
        switch url[..<mark.lowerBound].lowercased() {
        case "http": kind = .http
        case "https": kind = .https
        case "socks5", "socks5h": kind = .socks5
        default: throw UpstreamFault("has an unknown scheme; expected http, https or socks5")
        }
        var rest = url[mark.upperBound...]
        if rest.hasSuffix("/") { rest.removeLast() }
        guard !rest.contains(where: { "/?#".contains($0) }) else {
            throw UpstreamFault("has something behind its port; write / ? # in a password as %2F %3F %23")
        }
        if let at = rest.lastIndex(of: "@") {
            credentials = try Self.credentials(rest[..<at], kind)
            rest = rest[rest.index(after: at)...]
        } else {
            credentials = nil
        }
        let bytes = Array(rest.utf8)
        guard let authority = Authority(bytes.span, ByteRange(0, bytes.count)) else {
            throw UpstreamFault("has no valid host and port; expected HOST:PORT, an IPv6 address in brackets")
        }
        host = String(decoding: bytes[authority.host.start..<authority.host.end], as: UTF8.self).lowercased()
        port = authority.port ?? kind.port
    }

    private static func credentials(
        _ text: Substring, _ kind: Kind
    ) throws(UpstreamFault) -> UpstreamCredentials {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let password = parts.count > 1 ? parts[1] : ""
        guard let user = decoded(parts[0]), let password = decoded(password) else {
            throw UpstreamFault("has a user name or password with a % that begins no percent-encoding; write %25")
        }
        guard (1...UpstreamCredentials.maximumBytes).contains(user.count),
            password.count <= UpstreamCredentials.maximumBytes
        else {
            throw UpstreamFault("has an empty user name, or one or a password of more than 255 bytes")
        }
        // RFC 7617, section 2: neither control characters, nor a colon in the name.
        guard kind == .socks5 || !user.contains(UInt8(ascii: ":")),
            !(user + password).contains(where: { $0 < 0x20 || $0 == 0x7F })
        else { throw UpstreamFault("has a control character in its user name or password, or a colon in the name") }
        return UpstreamCredentials(user: user, password: password)
    }

    /// Without the percent-encoding (RFC 3986, section 2.1).
    private static func decoded(_ text: Substring) -> [UInt8]? {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var place = 0
        while place < bytes.count {
            guard bytes[place] == UInt8(ascii: "%") else {
                result.append(bytes[place])
                place += 1
                continue
            }
            guard place + 2 < bytes.count, let high = ByteClass.hexValue(bytes[place + 1]),
                let low = ByteClass.hexValue(bytes[place + 2])
            else { return nil }
            result.append(high << 4 | low)
            place += 3
        }
        return result
    }

    /// `host:port`, an IPv6 address in brackets.
    package var authority: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The URL without user name and password.
    public var description: String { "\(kind.rawValue)://\(credentials == nil ? "" : "***@")\(authority)" }
}
