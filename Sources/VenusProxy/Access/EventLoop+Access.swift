import Logging
import Synchronization
import VenusCore

extension EventLoop {
    /// Whether the request of `head` may go on; its service's recorder is the client's then.
    @inline(__always)
    mutating func isAdmitted(
        _ client: UnsafeMutablePointer<ClientConnection>, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard keys != nil else { return true }
        return hasGoodCredentials(client, bytes)
    }

    private mutating func hasGoodCredentials(
        _ client: UnsafeMutablePointer<ClientConnection>, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard let value = credentials(bytes) else { return false }
        let known = credentialCache.find(value, at: client.pointee.credential) ?? credentialCache.find(value)
        if let known {
            client.pointee.credential = known.index
            client.pointee.recorder = known.recorder
            return true
        }
        return checkCredentials(client, value)
    }

    /// The value of the field; `nil` where there is none, or more than one.
    @inline(__always)
    private func credentials(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        var found: Int?
        for index in 0..<fields.count where fields[index].name == .proxyAuthorization {
            guard found == nil else { return nil }
            found = index
        }
        guard let found else { return nil }
        let range = fields[found].value
        return UnsafeBufferPointer(rebasing: bytes[range.start..<range.end])
    }

    /// Decodes and hashes: once for each key that is used on this loop, and for each attempt that fails.
    private mutating func checkCredentials(
        _ client: UnsafeMutablePointer<ClientConnection>, _ value: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard let credentials = ProxyCredentials(value.span), let service = keys?.service(of: credentials) else {
            return false
        }
        client.pointee.recorder = recorders.recorder(for: service)
        client.pointee.credential = credentialCache.insert(value, recorder: client.pointee.recorder)
        return true
    }

    /// Asks for credentials. `behind`: bytes of the scratch memory that came behind the request.
    mutating func refuseAccess(_ slot: Int32, behind: UnsafeBufferPointer<UInt8>) {
        let refused = accessTally.refused.add(1, ordering: .relaxed).newValue
        log(
            .notice, "refused a request without a service's valid key",
            ["status": "407", "refused_since_start": "\(refused)"])
        answer(slot, .accessDenied, behind: behind)
    }

    /// Other keys hold from now on. Tunnels that are open go on.
    mutating func replaceKeys(_ keys: ServiceKeys) {
        self.keys = keys
        credentialCache.removeAll()
    }
}

extension Refusal {
    /// One text for every reason, so that it does not tell which services there are.
    package static let accessDenied = Refusal(
        status: 407, errorType: .httpRequestDenied,
        explanation: "this proxy wants a service's name and key: http://SERVICE:KEY@HOST:PORT as the proxy's address")
}
