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

    @Test("venus up tells of its own machine with each reading, unless it is told how often")
    func ownTiming() throws {
        #expect(try load([:]).ownTiming == AgentTiming(read: 10_000, publish: 10_000))
        #expect(try load(["agent.read_interval": "5s"]).ownTiming == AgentTiming(read: 5_000, publish: 5_000))
        let both = try load(["agent.read_interval": "5s", "agent.publish_interval": "60s"])
        #expect(both.ownTiming == AgentTiming(read: 5_000, publish: 60_000) && both.timing == both.ownTiming)
    }

    @Test("interfaces and file systems that are left out by default can be named")
    func inclusions() throws {
        #expect(try load([:]).inclusions == HostInclusions())
        let named = try load([
            "agent.include_interfaces": "docker0, wg*", "agent.include_filesystems": "tmpfs,fuse.sshfs",
        ])
        #expect(
            named.inclusions
                == HostInclusions(interfaces: ["docker0", "wg*"], fileSystemTypes: ["tmpfs", "fuse.sshfs"]))
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
            ("agent.include_interfaces", "w*g"), ("agent.include_interfaces", "a/b"),
            ("agent.include_interfaces", "sixteen-letters-"),
            ("agent.include_filesystems", "tmp*"), ("agent.include_filesystems", "a b"),
        ])
    func refused(key: String, value: String) {
        #expect(throws: ConfigurationErrors.self) { try load([key: value]) }
    }
}
