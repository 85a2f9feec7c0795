import Foundation
import VenusCallLog

/// The URL of a Redis or a PostgreSQL. Printed, described or reflected it never shows its password.
package struct EndpointURL: Sendable, Hashable {
    /// The URL as it was given, with its secrets: for the client that connects, and nobody else.
    package let secretText: String
    /// The same without password and without options.
    package let redacted: String

    /// Whether it asks for TLS by its scheme.
    package let isTLS: Bool

    /// `redis://[USER[:PASSWORD]@]HOST[:PORT][,HOST[:PORT]…][/DATABASE]`, `rediss` for TLS, and `+cluster` for a
    /// cluster.
    package static func redis(_ text: String) -> EndpointURL? {
        guard let url = try? RedisURL(text) else { return nil }
        return EndpointURL(secretText: text, redacted: url.redacted, isTLS: url.isTLS)
    }

    /// `postgres://` or `postgresql://`, `[USER[:PASSWORD]@][HOST[:PORT]][/DATABASE][?OPTIONS]`, as libpq reads it.
    package static func postgres(_ text: String) -> EndpointURL? {
        guard
            let parts = URLComponents(string: text), parts.scheme == "postgres" || parts.scheme == "postgresql",
            parts.fragment == nil, text.contains("://")
        else { return nil }
        guard (parts.host ?? "").isEmpty || isHostAndPort(parts) else { return nil }
        return EndpointURL(text, parts)
    }

    private init(secretText: String, redacted: String, isTLS: Bool) {
        self.secretText = secretText
        self.isTLS = isTLS
        self.redacted = redacted
    }

    private init(_ text: String, _ parts: URLComponents) {
        secretText = text
        isTLS = false
        var shown = parts
        if shown.password != nil { shown.password = "***" }
        shown.query = nil
        redacted = shown.string ?? "\(parts.scheme ?? "")://…"
    }

    private static func isHostAndPort(_ parts: URLComponents) -> Bool {
        guard let host = parts.host, !host.isEmpty else { return false }
        return parts.port.map { (1...65_535).contains($0) } ?? true
    }
}

extension EndpointURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { redacted }
    package var debugDescription: String { redacted }
    package var customMirror: Mirror { Mirror(self, children: ["redacted": redacted]) }
}
