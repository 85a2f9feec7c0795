/// Why the server ends a live socket (RFC 6455, section 7.4, and ours from 4000).
package enum CloseCode: UInt16, Sendable {
    /// The server stops.
    case goingAway = 1001
    case protocolError = 1002
    case unacceptableData = 1003
    case invalidPayload = 1007
    case policyViolation = 1008
    case messageTooBig = 1009
    case internalError = 1011
    /// The session was signed out or expired.
    case sessionEnded = 4401

    /// Whether a client may send this code.
    package static func mayBeReceived(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1011, 3000...4999: true
        default: false
        }
    }
}
