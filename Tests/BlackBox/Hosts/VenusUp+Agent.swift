import TestSupport

extension VenusUp {
    /// An agent that sends to it, with a key of its own.
    func startAgent(
        _ api: VenusAPI, host: String, arguments: [String] = [], environment own: [String: String] = [:]
    ) async throws -> ChildProcess {
        let made = try await api.send("POST", "/keys", #"{"name":"agent","scopes":["hosts:write"]}"#)
        guard let key = made["key"].string else { throw TestFailure("no key: \(made)") }
        let environment = [
            // Begins as that of `venus up`, whose end ends all that work on such.
            "VENUS_DATA": directory.file("data-of-the-agent"), "VENUS_AGENT_KEY": key,
            "VENUS_AGENT_SERVER": "http://127.0.0.1:\(serverPort)", "VENUS_AGENT_HOST": host,
        ]
        return try VenusBinary.start(["agent"] + arguments, environment: environment.merging(own) { $1 })
    }
}
