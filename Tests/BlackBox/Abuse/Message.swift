import Foundation
import TestSupport

/// The bytes of a message, each scalar one byte. `$HOST` stands for the origin's authority, `$PORT` for its port,
/// `$CASE` for the case's own word, `$URL` for `http://$HOST/$CASE`, and `$VIA` for the proxy's own `Via` name.
struct Message: ExpressibleByStringInterpolation, Sendable {
    var text: String

    init(stringLiteral text: String) { self.text = text }
    init(_ text: String) { self.text = text }

    /// A request with this first line, `Host`, these fields and body.
    static func line(_ line: String, _ fields: String..., body: String = "") -> Message {
        request(line, ["Host: $HOST"] + fields, body)
    }

    /// A request with this first line and these fields only.
    static func bare(_ line: String, _ fields: String..., body: String = "") -> Message { request(line, fields, body) }

    static func get(_ fields: String..., body: String = "") -> Message {
        request("GET $URL HTTP/1.1", ["Host: $HOST"] + fields, body)
    }

    static func post(_ fields: String..., body: String = "") -> Message {
        request("POST $URL HTTP/1.1", ["Host: $HOST"] + fields, body)
    }

    /// A POST with a chunked body.
    static func chunked(_ body: String) -> Message {
        request("POST $URL HTTP/1.1", ["Host: $HOST", "Transfer-Encoding: chunked"], body)
    }

    /// A GET of this target.
    static func target(_ target: String) -> Message { request("GET \(target) HTTP/1.1", ["Host: $HOST"], "") }

    static func connect(_ authority: String, _ fields: String..., body: String = "") -> Message {
        request("CONNECT \(authority) HTTP/1.1", ["Host: \(authority)"] + fields, body)
    }

    private static func request(_ line: String, _ fields: [String], _ body: String) -> Message {
        Message(([line] + fields + ["", body]).joined(separator: "\r\n"))
    }

    /// What the names stand for.
    static func values(origin: LoggingOrigin, word: String, via: String) -> [(name: String, value: String)] {
        // In this order: the first is made of others.
        [
            ("$URL", "http://$HOST/$CASE"), ("$HOST", origin.authority), ("$PORT", "\(origin.port)"), ("$CASE", word),
            ("$VIA", via),
        ]
    }

    /// With every name replaced by what it stands for.
    func filled(_ values: [(name: String, value: String)]) -> String {
        values.reduce(text) { $0.replacingOccurrences(of: $1.name, with: $1.value, options: .literal) }
    }
}

/// So many of it.
func many(_ count: Int, _ text: String = "a") -> String { String(repeating: text, count: count) }
