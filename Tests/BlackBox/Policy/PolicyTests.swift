import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("An egress policy")
    struct PolicyTests {
        private let directory: TemporaryDirectory

        init() throws { directory = try TemporaryDirectory("venus-policy") }

        private func policy(_ text: String) throws -> String { try directory.write(text, to: "policy.yaml") }

        private func status(_ port: Int, _ url: String) async throws -> Int {
            try await HTTPClient(port: port).get(url).status
        }

        @Test("changes without a restart, a broken file changes nothing, and graph and API tell what was denied")
        func changes() async throws {
            let origin = try Origin()
            let file = try policy("default: deny\nrules:\n  - allow: { hosts: [localhost] }\n")
            let venus = try await VenusUp(arguments: ["--policy-file", file])
            let numeric = "http://127.0.0.1:\(origin.port)/bytes/1"
            let named = "http://localhost:\(origin.port)/bytes/1"
            #expect(try await status(venus.proxyPort, numeric) == 403)
            #expect(try await status(venus.proxyPort, named) == 200)
            let client = try HTTPClient(port: venus.proxyPort)
            let denied = try await client.get(numeric)
            #expect(denied["proxy-status"] == "venus; error=http_request_denied")
            #expect(denied.text.contains("no rule of the egress policy allows the call"))

            _ = try policy("mode: report\ndefault: deny\nrules:\n  - allow: { hosts: [localhost] }\n")
            try await eventually(within: .seconds(10), "the policy of the new file") {
                try await status(venus.proxyPort, numeric) == 200
            }
            // The dashboard is no business of the applications, whatever the policy.
            #expect(try await status(venus.proxyPort, "http://127.0.0.1:\(venus.serverPort)/healthz") == 403)
            _ = try policy("default: deny\nrules:\n  - allow: { host: [localhost] }\n")
            try await venus.process.waitForLine("the broken file's error") {
                $0.contains("the policy file has changed and cannot be used")
                    && $0.contains("line 3: host: there is no such condition; did you mean hosts?")
            }
            #expect(try await status(venus.proxyPort, numeric) == 200)

            let api = try await venus.signIn()
            // The proxy's own service calls here; what is wrong with the file is told beside what holds.
            let standing = try await eventually(within: .seconds(15), "the policy in a heartbeat") {
                let items = try await api.get("/policy")["items"].array
                return items.first { !$0["fault"].isNull && $0["would_be_denied"].int ?? 0 >= 2 }
            }
            #expect(standing["mode"].string == "report" && standing["rules"].int == 1)
            #expect(standing["digest"].string?.count == 16 && standing["denied"].int ?? 0 >= 2)
            #expect(standing["fault"]["reason"].string?.contains("line 3: host: there is no such condition") == true)
            let edge = try await eventually(within: .seconds(10), "the edge with its marks") {
                let edge = try await api.edge("unknown_service", origin.authority)
                return edge?["kpis"]["would_be_denied"].int ?? 0 >= 2 ? edge : nil
            }
            let kpis = edge["kpis"]
            #expect(kpis["denied"].int ?? 0 >= 2)
            // What is denied is not counted against the dependency.
            #expect(kpis["availability"].double == 1 && kpis["error_rate"].double == 0)
            let other = try #require(try await api.edge("unknown_service", "localhost:\(origin.port)"))
            #expect(other["kpis"]["would_be_denied"].int == 0 && other["kpis"]["denied"].int == 0)
            let rows = try await api.get("/kpis?window=5m&by=dependency")
            #expect(rows.description.contains("would_be_denied"))

            let environment = venus.runEnvironment
            let suggested = try await VenusBinary.output(["policy", "suggest"], environment: environment)
            #expect(suggested.status == .exited(0), "\(suggested.standardError)")
            for text in [
                "mode: report", "default: deny", "services: [\"unknown_service\"]", "\"localhost\"", "127.0.0.1",
            ] {
                #expect(suggested.standardOutput.contains(text), "\(text) in \(suggested.standardOutput)")
            }
            _ = try policy(suggested.standardOutput.replacingOccurrences(of: "mode: report", with: "mode: enforce"))
            try await eventually(within: .seconds(10), "the suggested policy") {
                try await status(venus.proxyPort, "http://127.0.0.2:\(origin.port)/") == 403
            }
            #expect(try await status(venus.proxyPort, numeric) == 200)
            #expect(try await status(venus.proxyPort, named) == 200)
            #expect(try await venus.stop() == .exited(0))
        }

        @Test("is explained by venus policy test, and refused by name and line where it is wrong")
        func explained() async throws {
            let file = try policy(
                "default: allow\nrules:\n  - deny: { hosts: [\"*.bad.invalid\"] }\n  - deny: { addresses: [loopback] }\n"
            )
            func test(_ arguments: [String], _ environment: [String: String] = [:]) async throws -> ChildProcess.Output
            {
                try await VenusBinary.output(
                    ["policy", "test"] + arguments,
                    environment: ["VENUS_POLICY_FILE": file].merging(environment) { $1 },
                    directory: directory.path)
            }
            let name = try await test(["https://x.bad.invalid/", "--service", "shop"])
            #expect(name.status == .exited(1))
            #expect(
                name.standardOutput
                    == "shop → CONNECT x.bad.invalid:443\ndenied by rule 1, line 3, whatever its address\n")
            let local = try await test(["http://0x7f000001/"])
            #expect(local.status == .exited(1))
            #expect(local.standardOutput.contains("127.0.0.1 (loopback): denied by rule 2, line 4"))
            let good = try await test(["198.51.100.1:443"])
            #expect(good.status == .exited(0))
            #expect(good.standardOutput.contains("198.51.100.1 (documentation): allowed: no rule matches"))
            let metadata = try await test(
                ["http://169.254.169.254/"],
                ["VENUS_PROXY_LISTEN": "0.0.0.0:1", "VENUS_PROXY_AUTHENTICATION": "none"])
            #expect(metadata.status == .exited(1))

            _ = try policy("default: allow\nrules:\n  - deny: { ports: [http] }\n")
            for command in [["policy", "test", "https://x"], ["proxy"]] {
                let broken = try await VenusBinary.output(
                    command,
                    environment: [
                        "VENUS_POLICY_FILE": file, "VENUS_DATA": directory.file("data"),
                        "VENUS_PROXY_LISTEN": "127.0.0.1:\(try freePort())",
                    ], directory: directory.path)
                #expect(broken.status == .exited(78))
                #expect(broken.standardError.contains("policy.file"))
                #expect(broken.standardError.contains("line 3: ports: http is no port"))
            }
        }
    }
}
