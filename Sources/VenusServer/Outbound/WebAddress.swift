/// An http or https URL of something that is asked: its origin, and a path below which all is.
package struct WebAddress: Sendable, Hashable, CustomStringConvertible {
    package var origin: WebOrigin
    /// Without a slash at the end.
    package var path: WebPath
    private var text: String

    /// `nil` for anything else: user information, a query or a fragment among it.
    package init?(_ text: String) {
        guard !text.contains("?"), !text.contains("#"), !text.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }),
            let origin = WebOrigin(text, allowingPath: true)
        else { return nil }
        self.origin = origin
        path = WebPath(of: text)
        self.text = text
        while self.text.last == "/" { self.text.removeLast() }
    }

    package var host: String { origin.authority.host }
    package var port: Int { origin.authority.port ?? (origin.isSecure ? 443 : 80) }
    package var isSecure: Bool { origin.isSecure }

    package var isLoopback: Bool { IPAddress.isLoopback(host) }

    /// As the field `Host` has it.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return origin.authority.port.map { "\(name):\($0)" } ?? name
    }

    /// As it was given, without a slash at the end.
    package var description: String { text }
}
