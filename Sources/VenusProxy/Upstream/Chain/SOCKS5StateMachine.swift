package import VenusCore

/// The way to a connection through a SOCKS5 proxy (RFC 1928, 1929), until the first byte is the destination's.
///
/// Without I/O: the loop tells it what came, and does what it answers.
package struct SOCKS5StateMachine: Sendable, Hashable {
    private enum State: Sendable, Hashable {
        case awaitsMethod
        case awaitsAdmission
        case awaitsReply
        case done
    }

    package enum Action: Sendable, Hashable {
        /// More bytes have to come.
        case wait
        case send(SOCKS5Request.Message)
        /// What comes from now on is the destination's.
        case established
        case failed(ErrorType)
    }

    private var state = State.awaitsMethod
    private let offersPassword: Bool

    /// The greeting has gone out. `offersPassword`: with a name and password among the ways to prove ourselves.
    package init(offersPassword: Bool) { self.offersPassword = offersPassword }

    /// Bytes that have come and were not taken before; how many are taken now, and what to do. Ask again after `send`.
    package mutating func received(_ bytes: Span<UInt8>) -> (taken: Int, action: Action) {
        switch state {
        case .awaitsMethod: methodChosen(bytes)
        case .awaitsAdmission: admissionTold(bytes)
        case .awaitsReply: replied(bytes)
        case .done: (0, .wait)
        }
    }

    /// `VER METHOD` (RFC 1928, section 3).
    private mutating func methodChosen(_ bytes: Span<UInt8>) -> (Int, Action) {
        guard bytes.count >= 1 else { return (0, .wait) }
        guard bytes[0] == 5 else { return fail(.httpProtocolError) }
        guard bytes.count >= 2 else { return (0, .wait) }
        switch bytes[1] {
        case 0:
            state = .awaitsReply
            return (2, .send(.request))
        case 2 where offersPassword:
            state = .awaitsAdmission
            return (2, .send(.authentication))
        // None of ours will do; or one that was not offered.
        case 0xFF: return fail(.proxyConfigurationError)
        default: return fail(.httpProtocolError)
        }
    }

    /// `VER STATUS` (RFC 1929, section 2).
    private mutating func admissionTold(_ bytes: Span<UInt8>) -> (Int, Action) {
        guard bytes.count >= 2 else { return (0, .wait) }
        guard bytes[0] == 1 else { return fail(.httpProtocolError) }
        guard bytes[1] == 0 else { return fail(.proxyConfigurationError) }
        state = .awaitsReply
        return (2, .send(.request))
    }

    /// `VER REP RSV ATYP BND.ADDR BND.PORT` (RFC 1928, section 6).
    private mutating func replied(_ bytes: Span<UInt8>) -> (Int, Action) {
        guard bytes.count >= 2 else { return (0, .wait) }
        guard bytes[0] == 5 else { return fail(.httpProtocolError) }
        guard bytes[1] == 0 else { return fail(Self.errorType(reply: bytes[1])) }
        guard bytes.count >= 5 else { return (0, .wait) }
        let length: Int
        switch bytes[3] {
        case 1: length = 4 + 4 + 2
        case 3: length = 4 + 1 + Int(bytes[4]) + 2
        case 4: length = 4 + 16 + 2
        default: return fail(.httpProtocolError)
        }
        guard bytes.count >= length else { return (0, .wait) }
        state = .done
        return (length, .established)
    }

    private mutating func fail(_ errorType: ErrorType) -> (Int, Action) {
        state = .done
        return (0, .failed(errorType))
    }

    private static func errorType(reply: UInt8) -> ErrorType {
        switch reply {
        case 2: .httpRequestDenied
        // Network or host unreachable.
        case 3, 4: .destinationIPUnroutable
        case 5: .connectionRefused
        // The packets' time to live.
        case 6: .connectionTimeout
        // It does not do that, or not for this kind of address.
        case 7, 8: .proxyConfigurationError
        default: .destinationUnavailable
        }
    }
}
