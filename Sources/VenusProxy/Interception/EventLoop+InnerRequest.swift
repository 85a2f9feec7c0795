import VenusCore

/// Requests inside an intercepted tunnel.
extension EventLoop {
    /// Whether a request is for the host and port that the tunnel was asked for: no other was checked or met.
    func isOfTunnel(
        _ client: UnsafeMutablePointer<ClientConnection>, _ head: RequestHead, _ bytes: Span<UInt8>
    ) -> Bool {
        targets.matches(client.pointee.target, bytes, head.host, port: head.port, isSecure: true)
    }

    /// A call begins on an intercepted connection; the first takes over the times before it. Why it cannot go on, where
    /// the origin cannot be talked to.
    mutating func beginIntercepted(_ client: UnsafeMutablePointer<ClientConnection>) -> Refusal? {
        let tunnel = intercepted[client.pointee.interception]
        if let setup = tunnel.pointee.setup {
            tunnel.pointee.setup = nil
            // The CONNECT is no call of its own.
            recorder(of: client)?._withUnsafeGuaranteedRef { $0.callEnded() }
            client.pointee.exchange.preceded(by: setup)
        }
        return tunnel.pointee.fault.map { Refusal($0) }
    }
}

extension Refusal {
    /// The request is for another host than the tunnel.
    static let misdirected = Refusal(
        status: 421, errorType: .httpRequestError,
        explanation: "the request is for another host than the tunnel that it came through; open one to that host")

    /// No session of TLS with the dependency.
    package init(_ fault: TLSFault) {
        switch fault {
        case .certificate(let reason):
            self.init(
                status: 502, errorType: .tlsCertificateError, explanation: reason.explanation,
                details: reason.explanation)
        case .alert(let number):
            self.init(fault.errorType)
            guard let reason = Self.reason(ofAlert: number) else { return }
            explanation = reason
            details = reason
        case .malformed, .ended, .timedOut, .exhausted: self.init(fault.errorType)
        }
    }

    /// What a host may mean by an alert (RFC 8446, section 6); `nil`: nothing that could be told.
    private static func reason(ofAlert number: UInt8) -> StaticString? {
        switch number {
        case 40:
            "the host found nothing in common to speak, or wants a certificate of its clients (interception.client_certificates)"
        case 42...46, 48: "the host does not take the certificate of interception.client_certificates"
        case 70: "the host speaks no version of TLS from 1.2 on"
        case 112: "the host does not know itself by this name"
        case 116: "the host wants a certificate of its clients; name one in interception.client_certificates"
        default: nil
        }
    }
}
