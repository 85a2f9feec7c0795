/// The protocol that carried a call (OTel `network.protocol.name` and `.version`).
public enum NetworkProtocol: UInt8, Sendable, Hashable, CaseIterable {
    case http11
    case http2
    case websocket
    /// A connection of which only bytes are seen.
    case tunnel
    /// A connection with TLS, of a version that did not show.
    case tls
    case tls10
    case tls11
    case tls12
    case tls12HTTP11
    case tls12HTTP2
    case tls13
    case tls13HTTP11
    case tls13HTTP2

    /// The name in the call log.
    public var staticName: StaticString {
        switch self {
        case .http11: "http/1.1"
        case .http2: "http/2"
        case .websocket: "websocket"
        case .tunnel: "tunnel"
        case .tls: "tls"
        case .tls10: "tls/1.0"
        case .tls11: "tls/1.1"
        case .tls12: "tls/1.2"
        case .tls12HTTP11: "tls/1.2 http/1.1"
        case .tls12HTTP2: "tls/1.2 h2"
        case .tls13: "tls/1.3"
        case .tls13HTTP11: "tls/1.3 http/1.1"
        case .tls13HTTP2: "tls/1.3 h2"
        }
    }
}
