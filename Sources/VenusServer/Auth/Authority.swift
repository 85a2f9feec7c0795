/// The host and port of a `Host` field, an `Origin` or a URL.
package struct Authority: Sendable, Hashable {
    /// Lower case; an IPv6 address without brackets.
    package var host: String
    package var port: Int?

    /// Reads `host`, `host:port`, `[v6]` and `[v6]:port`; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        var rest = Substring(text).utf8[...]
        var host: Substring
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = Substring(rest[rest.index(after: rest.startIndex)..<end])
            guard host.contains(":"), IPAddress.isAddress(String(host)) else { return nil }
            rest = rest[rest.index(after: end)...]
        } else {
            let end = rest.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex
            host = Substring(rest[..<end])
            guard host.utf8.allSatisfy(Self.isNameByte) else { return nil }
            rest = rest[end...]
        }
        if host.last == "." { host.removeLast() }
        guard !host.isEmpty, host.utf8.count <= 253 else { return nil }
        if let colon = rest.popFirst() {
            guard colon == UInt8(ascii: ":"), !rest.isEmpty, rest.allSatisfy({ (48...57).contains($0) }),
                let port = UInt16(Substring(rest))
            else { return nil }
            self.port = Int(port)
        }
        self.host = host.lowercased()
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// A web origin: scheme, host and port (RFC 6454).
package struct WebOrigin: Sendable, Hashable {
    package var isSecure: Bool
    package var authority: Authority

    /// Reads `http://host:port`; the port of the scheme is left out. A path, as in a URL, is left aside where allowed.
    package init?(_ text: String, allowingPath: Bool = false) {
        let lower = text.lowercased()
        let rest: Substring
        if lower.hasPrefix("https://") {
            isSecure = true
            rest = text.dropFirst(8)
        } else if lower.hasPrefix("http://") {
            isSecure = false
            rest = text.dropFirst(7)
        } else {
            return nil
        }
        let authorityText = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard allowingPath || authorityText.endIndex == rest.endIndex else { return nil }
        guard var authority = Authority(authorityText) else { return nil }
        if authority.port == (isSecure ? 443 : 80) { authority.port = nil }
        self.authority = authority
    }

    /// Whether this is the origin of what we serve ourselves under this `Host`, with TLS of our own or without.
    package func isOurs(at host: Authority, isSecure: Bool) -> Bool {
        let usual = isSecure ? 443 : 80
        return self.isSecure == isSecure && authority.host == host.host
            && (authority.port ?? usual) == (host.port ?? usual)
    }
}
