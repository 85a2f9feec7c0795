/// What is asked of a SOCKS5 proxy (RFC 1928): a connection to a destination, with a name and password if need be.
package struct SOCKS5Request: Sendable {
    /// The messages that go out, in their order.
    package enum Message: Sendable, Hashable {
        /// The ways in which we can prove who we are.
        case greeting
        /// Name and password (RFC 1929).
        case authentication
        /// The destination.
        case request
    }

    /// Longest message: a name and a password of 255 bytes each.
    package static let maximumBytes = 513

    package var host: [UInt8]
    package var port: UInt16
    package var credentials: UpstreamCredentials?

    /// - Parameter host: a name, or an address without brackets; at most 255 bytes.
    package init(host: [UInt8], port: UInt16, credentials: UpstreamCredentials?) {
        precondition(host.count <= 255, "no host of a request is longer")
        self.host = host
        self.port = port
        self.credentials = credentials
    }

    package func bytes(of message: Message) -> [UInt8] {
        switch message {
        case .greeting: return credentials == nil ? [5, 1, 0] : [5, 2, 0, 2]
        case .authentication:
            // It is asked for only where it was offered.
            guard let credentials else { preconditionFailure("there is no name to send") }
            return [1, UInt8(credentials.user.count)] + credentials.user
                + [UInt8(credentials.password.count)] + credentials.password
        case .request:
            return [5, 1, 0] + destination + [UInt8(truncatingIfNeeded: port >> 8), UInt8(truncatingIfNeeded: port)]
        }
    }

    /// A name is sent as such: it is resolved there.
    private var destination: [UInt8] {
        guard let address = IPAddress(String(decoding: host, as: UTF8.self)) else {
            return [3, UInt8(host.count)] + host
        }
        return [address.isIPv6 ? 4 : 1] + (0..<(address.isIPv6 ? 16 : 4)).map { address.bytes[$0] }
    }
}
