/// Where the server is reached. Waits until it listens, where that has to be known.
struct ServerURLs: Sendable {
    let listening: Listening
    /// `https`, or `http`.
    let scheme: String
    /// See ``ServerConfiguration/publicURL``.
    let publicURL: String?

    /// By people; without a slash at the end.
    var base: String {
        get async throws {
            if let publicURL { return publicURL.last == "/" ? String(publicURL.dropLast()) : publicURL }
            return try await local
        }
    }

    /// By programs of this machine.
    var local: String {
        get async throws {
            let address = try await listening.address
            let any = ["0.0.0.0": "127.0.0.1", "::": "::1"]
            let host = any[address.host] ?? address.host
            return "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(address.port)"
        }
    }
}
