import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Agents of a server that speaks TLS")
    struct AgentTLSTests {
        private static let untrusted = "its certificate is from no authority that is trusted here"

        @Test("an agent sends nothing to a server that it does not trust, and says why; all of it once it does")
        func trust() async throws {
            let scene = try await TLSScene()
            let other = try await ServerCertificate()
            let minutes = try HostsTests.leaveHour(in: scene.folder)
            let right = scene.certificate.authority
            // By another authority, by those of the system, and by a name that the certificate is not for.
            let wrong: [(host: String, file: String?, why: String)] = [
                ("localhost", other.authority, Self.untrusted), ("localhost", nil, Self.untrusted),
                ("127.0.0.2", right, "its certificate is for another name"),
            ]
            for (host, file, why) in wrong {
                let agent = try await scene.startAgent(at: host, trusting: file)
                try await agent.waitForLine("why") { $0.contains("are not taken") && $0.contains(why) }
                #expect(try await scene.get("/hosts")["items"].array.isEmpty && agent.isRunning)
                try await scene.stop(agent)
                #expect(!agent.standardError.text.contains("are taken"))
            }
            let nothing = try scene.launchAgent(at: "localhost", trusting: scene.directory.file("nothing.pem"))
            #expect(try await nothing.waitForExit(within: .seconds(10)) == .exited(1))
            #expect(nothing.standardError.text.contains("no certificates can be read in"))
            #expect(nothing.standardError.text.contains("agent.trust_file"))

            let waiting = try FileManager.default.contentsOfDirectory(atPath: scene.folder + "/readings")
            #expect(waiting.count { $0.hasSuffix(".reading") } >= minutes.count)

            let agent = try await scene.startAgent(at: "localhost", trusting: right)
            try await agent.waitForLine("that they are taken") { $0.contains("are taken") }
            try await expectHour(minutes, at: scene)
            try await eventually(within: .seconds(20), "its figures") {
                let host = try await scene.get("/hosts")["items"][0]
                return host["name"].string == "web-1" && !host["figures"]["memory_utilization"].isNull
            }
            try await scene.stop(agent)
            #expect(!scene.process.standardOutput.text.contains(scene.key))
            #expect(!scene.process.standardError.text.contains(scene.key))
        }

        /// Each minute that waited is there, and once.
        private func expectHour(_ minutes: ClosedRange<Int64>, at scene: TLSScene) async throws {
            let span = [minutes.lowerBound * 60, (minutes.upperBound + 1) * 60].map {
                Date(timeIntervalSince1970: Double($0)).ISO8601Format()
            }
            let path = "/hosts/web-1/history?metric=system.cpu.utilization&from=\(span[0])&to=\(span[1])"
            let points = try await eventually(within: .seconds(60), "the hour") { () -> [JSONValue]? in
                let points = try await scene.get(path)["series"][0]["points"].array
                return points.filter { $0["coverage"].double ?? 0 > 0 }.count < minutes.count ? nil : points
            }
            #expect(points.compactMap { $0["coverage"].double } == Array(repeating: 0.5, count: minutes.count))
        }

        @Test("by its address, and told all on the command line, an agent trusts a server as well")
        func address() async throws {
            let scene = try await TLSScene()
            let file = try scene.directory.write(scene.key + "\n", to: "agent.key")
            chmod(file, 0o600)
            let agent = try VenusBinary.start(
                [
                    "agent", "--server", "https://127.0.0.1:\(scene.port)", "--trust-file", scene.certificate.authority,
                    "--key-file", file, "--host", "web-2",
                ], environment: scene.timing)
            try await eventually(within: .seconds(30), "the host") {
                if !agent.isRunning { throw TestFailure(agent.transcript) }
                return try await scene.get("/hosts")["items"].array.map { $0["name"].string } == ["web-2"]
            }
            try await scene.stop(agent)
        }
    }
}

/// A `venus up` that speaks TLS, and what an agent has to know of it.
private final class TLSScene: Sendable {
    let directory: TemporaryDirectory
    let certificate: ServerCertificate
    let port: Int
    let process: ChildProcess
    /// An agent's.
    let key: String
    private let token: String

    init() async throws {
        let directory = try TemporaryDirectory("venus-agent-tls")
        let certificate = try await ServerCertificate()
        let port = try freePort()
        let data = ["VENUS_DATA": directory.file("data")]
        process = try VenusBinary.start(
            ["up", "--no-host"],
            environment: data.merging([
                // On 127.0.0.2 as well, for which the certificate is not.
                "VENUS_PROXY_LISTEN": "127.0.0.1:\(try freePort())", "VENUS_SERVER_LISTEN": "0.0.0.0:\(port)",
                "VENUS_SERVER_SECRET": "the secret of this test",
                "VENUS_SERVER_TLS_CERTIFICATE_FILE": certificate.certificate,
                "VENUS_SERVER_TLS_KEY_FILE": certificate.key,
            ]) { $1 }, directory: directory.path)
        try await process.waitForLine("the dashboard's address") {
            $0.contains("https://127.0.0.1:\(port)/sign-in#")
        }
        let access = try String(contentsOfFile: directory.file("data/access.json"), encoding: .utf8)
        let added = try await VenusBinary.output(["host", "add", "web-1"], environment: data)
        guard let token = try JSONValue(access)["token"].string,
            let match = added.standardOutput.firstMatch(of: #/VENUS_AGENT_KEY=(\S+)/#)
        else { throw TestFailure("no token, or no key: \(added)") }
        self.token = token
        key = String(match.1)
        self.directory = directory
        self.certificate = certificate
        self.port = port
    }

    // Its proxy lives on where it is killed.
    deinit { OwnedProcesses.end(markedBy: "VENUS_DATA=" + directory.file("data")) }

    /// The agent's data.
    var folder: String { directory.file("agent") }

    /// Where an agent keeps its readings, and that it is quick.
    var timing: [String: String] {
        ["VENUS_DATA": folder, "VENUS_AGENT_READ_INTERVAL": "1s", "VENUS_AGENT_PUBLISH_INTERVAL": "2s"]
    }

    /// The answer to `GET /api/v1` + `path`, by curl.
    func get(_ path: String) async throws -> JSONValue {
        let answer = try await ChildProcess.run(
            "curl",
            [
                "--silent", "--show-error", "--fail", "--noproxy", "*", "--cacert", certificate.authority, "--header",
                "authorization: Bearer \(token)", "https://localhost:\(port)/api/v1" + path,
            ])
        return try JSONValue(answer)
    }

    /// - Parameter file: the authorities that it trusts; `nil`: the system's.
    func startAgent(at host: String, trusting file: String?) async throws -> ChildProcess {
        let agent = try launchAgent(at: host, trusting: file)
        try await agent.waitForLine("the agent's line") { $0.contains("Agent  web-1 to https://\(host)") }
        return agent
    }

    /// The same without waiting for it to begin.
    func launchAgent(at host: String, trusting file: String?) throws -> ChildProcess {
        var environment = timing
        environment["VENUS_AGENT_SERVER"] = "https://\(host):\(port)"
        environment["VENUS_AGENT_KEY"] = key
        environment["VENUS_AGENT_HOST"] = "web-1"
        environment["VENUS_AGENT_TRUST_FILE"] = file
        return try VenusBinary.start(["agent"], environment: environment)
    }

    /// Ends it, and looks that it has told its key to nobody.
    func stop(_ agent: ChildProcess) async throws {
        #expect(try await agent.stop(SIGTERM, within: .seconds(30)) == .exited(0))
        #expect(!agent.standardOutput.text.contains(key) && !agent.standardError.text.contains(key))
    }
}
