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
        guard case .certificate(let reason) = fault else {
            self.init(fault.errorType)
            return
        }
        self.init(
            status: 502, errorType: .tlsCertificateError, explanation: reason.explanation, details: reason.explanation)
    }
}
