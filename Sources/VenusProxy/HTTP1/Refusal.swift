package import VenusCore

/// An answer of our own: the status, the RFC 9209 name, and a text for the person who reads it.
package struct Refusal: Sendable {
    package var status: UInt16
    /// As in `Proxy-Status: venus; error=NAME`.
    package var errorType: ErrorType
    /// Holds nothing of the request.
    package var explanation: StaticString
    /// What RFC 9209 (section 2.1.6) calls `details`; without quotes and backslashes.
    package var details: StaticString?
    /// The rule of the egress policy that denies the call, from 1; 0: none does.
    package var rule = 0
    /// Where the rule stands in its file; 0: in none.
    package var line = 0

    package init(
        status: UInt16, errorType: ErrorType, explanation: StaticString, details: StaticString? = nil
    ) {
        self.status = status
        self.errorType = errorType
        self.explanation = explanation
        self.details = details
    }

    /// The client's head is at fault.
    package init(_ fault: HeadError) {
        self.init(status: fault.status, errorType: .httpRequestError, explanation: fault.explanation)
    }

    /// The client took too long over its request.
    package static let requestTimeout = Refusal(
        status: 408, errorType: .httpRequestError, explanation: "the request did not arrive in time")

    /// The client's body breaks its framing.
    package static let malformedBody = Refusal(
        status: 400, errorType: .httpRequestError, explanation: "the request's body breaks its chunked coding")

    /// The call to the dependency failed.
    package init(_ errorType: ErrorType) {
        let (status, explanation): (UInt16, StaticString) =
            switch errorType {
            case .dnsTimeout: (504, "resolving the host's name took too long; check the name servers")
            case .dnsError: (502, "the host's name could not be resolved; check its spelling and the name servers")
            case .connectionRefused: (502, "the host refused the connection; check the port and that it is running")
            case .connectionTimeout: (504, "the host did not accept the connection in time; check route and firewall")
            case .connectionTerminated: (502, "the host closed the connection before it answered; try again")
            case .connectionLimitReached: (503, "too many connections to the host are in use; try again later")
            case .destinationIPUnroutable: (502, "there is no route to the host; check the network")
            case .httpResponseTimeout: (504, "the host did not answer in time; check that it is well")
            case .httpResponseIncomplete: (502, "the host's answer ended too early; try again")
            case .httpProtocolError: (502, "the host's answer is not valid HTTP; check what listens on that port")
            case .httpResponseHeaderSectionSize: (502, "the head of the host's answer is larger than 64 KiB")
            case .httpResponseTransferCoding: (502, "the host's answer has an unknown transfer coding")
            case .httpUpgradeFailed: (502, "the host changed to a protocol that it was not asked for")
            case .tlsAlertReceived:
                (502, "the host ended the TLS connection by an alert; check what it wants of its clients")
            case .tlsProtocolError:
                (502, "the TLS handshake with the host failed; check that the port speaks TLS 1.2 or 1.3")
            case .destinationIPProhibited: (403, "the address is not one that this proxy connects to")
            case .proxyLoopDetected: (502, "the request leads back to this proxy; check the client's proxy settings")
            case .proxyInternalError: (503, "the proxy is out of resources; try again later")
            case .proxyConfigurationError:
                (502, "the upstream proxy does not take what it is told; check its kind, user name and password")
            case .httpRequestDenied: (502, "the upstream proxy denied the call; ask who runs it")
            case .destinationUnavailable: (502, "the upstream proxy could not reach the host")
            default: (502, "the call failed")
            }
        self.init(status: status, errorType: errorType, explanation: explanation)
    }
}

extension HeadError {
    /// The error type of a call whose response head has this fault.
    package var responseErrorType: ErrorType {
        switch self {
        case .headTooLarge, .tooManyFields: .httpResponseHeaderSectionSize
        case .unsupportedTransferCoding, .malformedTransferEncoding: .httpResponseTransferCoding
        default: .httpProtocolError
        }
    }
}

extension HeadSerializer {
    /// The upstream proxy that a refused call had gone to.
    package struct RefusedHop {
        /// `host:port`; may be as long as these.
        var authority: UnsafeBufferPointer<UInt8>
        /// What it says of itself, a value of `Proxy-Status`; empty: nothing.
        var told: UnsafeBufferPointer<UInt8>

        package init(authority: UnsafeBufferPointer<UInt8>, told: UnsafeBufferPointer<UInt8>) {
            self.authority = authority
            self.told = told
        }
    }

    /// The whole answer of a refusal, with its body; the body is left out in answer to HEAD.
    package static func refusal(
        _ refusal: Refusal, hop: RefusedHop? = nil, close: Bool, isHead: Bool, date: HTTPDate, into sink: inout ByteSink
    ) {
        let name = refusal.errorType.staticName
        sink.append("HTTP/1.1 ")
        sink.append(decimal: Int(refusal.status))
        sink.append(" ")
        sink.append(reason(refusal.status))
        sink.append("\r\nProxy-Status: ")
        if let hop, !hop.told.isEmpty {
            // Who is nearer to the host stands before us (RFC 9209, section 2).
            sink.append(hop.told)
            sink.append(", ")
        }
        sink.append("venus; error=")
        sink.append(name)
        if let hop {
            sink.append("; next-hop=\"")
            sink.append(hop.authority)
            sink.append(UInt8(ascii: "\""))
        }
        if refusal.rule > 0 {
            sink.append("; details=\"")
            appendRule(refusal, into: &sink)
            sink.append(UInt8(ascii: "\""))
        } else if let details = refusal.details {
            sink.append("; details=\"")
            sink.append(details)
            sink.append(UInt8(ascii: "\""))
        } else if hop != nil {
            sink.append("; details=\"upstream proxy\"")
        }
        sink.append("\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ")
        let lengths = name.utf8CodeUnitCount + refusal.explanation.utf8CodeUnitCount
        // 11 bytes beside name and explanation, 19 beside the upstream proxy.
        sink.append(decimal: lengths + 11 + ruleLength(refusal) + (hop.map { $0.authority.count + 19 } ?? 0))
        sink.append("\r\nCache-Control: no-store\r\n")
        appendDate(date, into: &sink)
        // RFC 9110, section 15.5.8: with a challenge.
        if refusal.status == 407 { sink.append("Proxy-Authenticate: Basic realm=\"venus\", charset=\"UTF-8\"\r\n") }
        if close { sink.append("Connection: close\r\n") }
        sink.append("\r\n")
        guard !isHead else { return }
        sink.append("venus: ")
        sink.append(name)
        sink.append(": ")
        sink.append(refusal.explanation)
        if refusal.rule > 0 {
            sink.append(" (")
            appendRule(refusal, into: &sink)
            sink.append(")")
        }
        if let hop {
            sink.append(" (upstream proxy: ")
            sink.append(hop.authority)
            sink.append(")")
        }
        sink.append(".\n")
    }

    /// Names the rule of the policy that a refusal comes from: `rule 3, line 12`.
    private static func appendRule(_ refusal: Refusal, into sink: inout ByteSink) {
        sink.append("rule ")
        sink.append(decimal: refusal.rule)
        guard refusal.line > 0 else { return }
        sink.append(", line ")
        sink.append(decimal: refusal.line)
    }

    /// Bytes of the rule in the body: its digits, and 8 or 15 beside them.
    private static func ruleLength(_ refusal: Refusal) -> Int {
        guard refusal.rule > 0 else { return 0 }
        func digits(_ number: Int) -> Int { number < 10 ? 1 : 1 + digits(number / 10) }
        return 8 + digits(refusal.rule) + (refusal.line > 0 ? 7 + digits(refusal.line) : 0)
    }

    private static func reason(_ status: UInt16) -> StaticString {
        switch status {
        case 400: "Bad Request"
        case 403: "Forbidden"
        case 407: "Proxy Authentication Required"
        case 408: "Request Timeout"
        case 421: "Misdirected Request"
        case 414: "URI Too Long"
        case 431: "Request Header Fields Too Large"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Error"
        }
    }
}
