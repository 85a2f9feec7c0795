/// The protocol that carried a call (OTel `network.protocol.name` and `.version`).
public enum NetworkProtocol: UInt8, Sendable, Hashable, CaseIterable {
    case http11
    case http2
    case websocket
    case tunnel

    /// The name in the call log.
    public var staticName: StaticString {
        switch self {
        case .http11: "http/1.1"
        case .http2: "http/2"
        case .websocket: "websocket"
        case .tunnel: "tunnel"
        }
    }
}
