import Testing
import VenusHost
import VenusServer
import venus

@Suite("The configuration of the agent")
struct AgentTests {
    private func load(_ flags: [String: String]) throws -> VenusConfiguration.Agent {
        try VenusConfiguration.load(flags: flags, environment: ["HOME": "/tmp"]).agent
    }

    @Test("this machine is read by default, and goes nowhere else")
    func defaults() throws {
        let agent = try load([:])
        #expect(agent.isEnabled && agent.server == nil && agent.key == nil && agent.root == "/")
        #expect(agent.timing.read == 10_000 && agent.timing.publish == 60_000)
        #expect(try !load(["agent.enabled": "false"]).isEnabled)
    }

    @Test("the key crosses no network in the clear, unless somebody says that it may")
    func plainHTTP() throws {
        for server in [
            "https://venus.example.com", "http://127.0.0.1:2248", "http://localhost:2248", "http://[::1]:2248",
        ] {
            #expect(try load(["agent.server": server]).server?.description == server)
        }
        #expect(throws: ConfigurationErrors.self) { try load(["agent.server": "http://venus.example.com"]) }
        let allowed = try load(["agent.server": "http://venus.example.com", "agent.allow_plain_http": "true"])
        #expect(allowed.server != nil)
    }

    @Test(
        "what cannot be is refused",
        arguments: [
            ("agent.server", "venus.example.com"), ("agent.server", "ftp://venus.example.com"), ("agent.host", "a b"),
            ("agent.host", "a/b"), ("agent.read_interval", "0s"), ("agent.read_interval", "10"),
            ("agent.publish_interval", "2h"), ("agent.key", "short"), ("agent.enabled", "perhaps"),
        ])
    func refused(key: String, value: String) {
        #expect(throws: ConfigurationErrors.self) { try load([key: value]) }
    }
}
