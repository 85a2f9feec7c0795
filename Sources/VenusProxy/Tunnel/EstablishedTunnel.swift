import VenusCore

/// What is recorded as a tunnel's call: that it was established, or that it never will be.
package struct EstablishedTunnel: Sendable, Hashable {
    package var end: CallEnd
    /// The end of the handshake, or of hope for it.
    package var time: SteadyTime
    /// Microseconds of the handshake.
    package var handshake: UInt64
    package var networkProtocol: NetworkProtocol

    package init(_ end: CallEnd, at time: SteadyTime, handshake: UInt64, networkProtocol: NetworkProtocol) {
        self.end = end
        self.time = time
        self.handshake = handshake
        self.networkProtocol = networkProtocol
    }
}

extension NetworkProtocol {
    /// TLS of a version, with what is spoken inside where that is known.
    package init(_ version: TLSVersion?, _ inner: ApplicationProtocol) {
        self =
            switch (version, inner) {
            case (.tls13, .http2): .tls13HTTP2
            case (.tls13, .http11): .tls13HTTP11
            case (.tls13, _): .tls13
            case (.tls12, .http2): .tls12HTTP2
            case (.tls12, .http11): .tls12HTTP11
            case (.tls12, _): .tls12
            case (.tls11, _): .tls11
            case (.tls10, _): .tls10
            case (nil, _): .tls
            }
    }
}
