import HTTPTypes
package import NIOHTTP1

/// What a request head that wants to change the protocol gets.
package enum UpgradeDecision: Sendable, Equatable {
    /// It wants no other protocol.
    case none
    /// It is a sound WebSocket handshake for the live socket: the next question is who is asking.
    case handshake
    /// It wants another protocol, or ours elsewhere: it is answered as if it did not, and then the connection ends,
    /// because the decoder reads nothing after such a request.
    case ignore
    case refuse(Problem)

    package static let livePath = "/api/v1/live"

    package init(_ head: HTTPRequestHead, base: WebPath = WebPath()) {
        let protocols = head.headers[canonicalForm: "upgrade"].map { $0.lowercased() }
        guard !protocols.isEmpty else {
            self = .none
            return
        }
        let path = base.strip(head.uri.prefix { $0 != "?" })
        let hasBody =
            head.headers.contains(name: "transfer-encoding")
            || head.headers[canonicalForm: "content-length"].contains { $0 != "0" }
        guard protocols == ["websocket"], head.method == .GET, path == Self.livePath, !hasBody,
            head.version == .http1_1,
            head.headers[canonicalForm: "connection"].contains(where: { $0.lowercased() == "upgrade" })
        else {
            self = .ignore
            return
        }
        let keys = head.headers["sec-websocket-key"]
        guard head.headers["sec-websocket-version"] == ["13"] else {
            self = .refuse(.upgradeRequired)
            return
        }
        // Sixteen bytes in base64: 24 characters, the last two of them padding.
        guard keys.count == 1, keys[0].utf8.count == 24, keys[0].hasSuffix("==") else {
            self = .refuse(.malformedHandshake)
            return
        }
        self = .handshake
    }
}
