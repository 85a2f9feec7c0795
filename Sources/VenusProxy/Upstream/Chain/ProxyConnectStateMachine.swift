package import VenusCore

/// What an HTTP proxy answers to the CONNECT that it was sent (RFC 9110, section 9.3.6).
///
/// Without I/O: the loop tells it what came, and does what it answers.
package struct ProxyConnectStateMachine: Sendable {
    /// Bytes of an answer's head at most, with all 1xx responses before it.
    package static let maximumBytes = 32 << 10
    private static let maximumInterimResponses = 8

    package enum Action: Sendable, Hashable {
        /// More bytes have to come.
        case wait
        /// What comes behind so many bytes is the destination's.
        case established(length: Int)
        /// `proxyStatus`: where the bytes have the value of the answer's `Proxy-Status`, if there is one.
        case failed(ErrorType, proxyStatus: ByteRange?)
    }

    private var assembly = HeadAssembly()
    /// Bytes of 1xx responses in front.
    private var passed = 0
    private var interimResponses = 0

    package init() {}

    /// All bytes that have come since the CONNECT went out, of which the first `known` were there the last time.
    package mutating func received(_ bytes: Span<UInt8>, known: Int, fields: inout FieldTable) -> Action {
        while true {
            let rest = bytes.extracting(passed...)
            guard assembly.isWorthReading(rest, known: max(0, known - passed), limit: Self.maximumBytes) else {
                return waitUnlessFull(bytes.count)
            }
            var limits = HeadLimits()
            limits.headBytes = Self.maximumBytes
            switch HeadParser.parseResponse(rest, limits: limits, fields: &fields) {
            case .incomplete:
                assembly.wasIncomplete(count: rest.count)
                return waitUnlessFull(bytes.count)
            case .invalid(let fault): return .failed(fault.responseErrorType, proxyStatus: nil)
            case .complete(let head):
                assembly.reset()
                // To CONNECT nobody switches protocols.
                guard head.isInterim, head.status != 101 else { return end(head, rest, fields) }
                interimResponses += 1
                passed += head.length
                guard interimResponses <= Self.maximumInterimResponses else {
                    return .failed(.httpProtocolError, proxyStatus: nil)
                }
            }
        }
    }

    private func waitUnlessFull(_ count: Int) -> Action {
        count < Self.maximumBytes ? .wait : .failed(.httpResponseHeaderSectionSize, proxyStatus: nil)
    }

    private func end(_ head: ResponseHead, _ bytes: Span<UInt8>, _ fields: borrowing FieldTable) -> Action {
        if (200...299).contains(head.status) { return .established(length: passed + head.length) }
        guard let value = ProxyStatus.value(bytes, fields) else {
            return .failed(Self.errorType(status: head.status), proxyStatus: nil)
        }
        return .failed(
            ProxyStatus.errorType(bytes, value) ?? Self.errorType(status: head.status),
            proxyStatus: ByteRange(value.start + passed, value.end + passed))
    }

    /// What a refusal means where the proxy does not say it by RFC 9209.
    package static func errorType(status: UInt16) -> ErrorType {
        switch status {
        case 101: .httpProtocolError
        // Our credentials do not do, or there are none; to a CONNECT it is the proxy itself that says so.
        case 401, 407: .proxyConfigurationError
        case 504: .connectionTimeout
        case 500...: .destinationUnavailable
        default: .httpRequestDenied
        }
    }
}
