import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("venus store, backup and restore")
    struct StoreCommandTests {
        private func venus(
            _ arguments: [String], _ environment: [String: String] = [:], input: String? = nil
        ) async throws -> ChildProcess.Output {
            try await VenusBinary.output(arguments, environment: environment, standardInput: input)
        }

        /// A `venus up` that has counted 12 calls, of which 4 failed.
        private func makeHistory() async throws -> VenusUp {
            let origin = try Origin()
            let up = try await VenusUp()
            let urls = (0..<8).map { _ in origin.url("/ok") } + (0..<4).map { _ in origin.url("/status/500") }
            #expect(try await up.run(service: "checkout", ["curl", "-sS"] + urls).status == .exited(0))
            let api = try await up.signIn()
            try await eventually(within: .seconds(20), "the calls in history") {
                try await api.get("/history?range=hour")["totals"]["calls"].int == 12
            }
            return up
        }

        @Test("history moves from the embedded store to PostgreSQL without loss, once")
        func moves() async throws {
            let up = try await makeHistory()
            #expect(try await up.stop() == .exited(0))
            let file = up.directory.file("history.jsonl")
            let exported = try await venus(["store", "export", file], up.runEnvironment)
            #expect(exported.status == .exited(0), "\(exported.standardError)")
            let again = try await venus(["store", "export", file], up.runEnvironment)
            #expect(again.status == .exited(1))
            #expect(again.standardError.contains("already"))

            let url = try await PostgresServer.shared().makeDatabase()
            let target = ["VENUS_DATA": up.directory.file("other"), "VENUS_STORE_URL": url]
            let imported = try await venus(["store", "import", file], target)
            #expect(imported.status == .exited(0), "\(imported.standardError)")
            let sums = try await PostgresServer.query(
                """
                SELECT level, sum(success)::bigint, sum(server_error)::bigint FROM rollups_1m
                GROUP BY level ORDER BY level
                """, url: url)
            let levels = ["dependency", "edge", "operation", "service", "total"]
            #expect(sums == levels.map { [$0, "8", "4"] })
            let repeated = try await venus(["store", "import", file], target)
            #expect(repeated.status == .exited(1))
            #expect(repeated.standardError.contains("already"))

            let status = try await venus(["store", "status"], target)
            #expect(status.status == .exited(0))
            #expect(status.standardOutput.hasPrefix("PostgreSQL, schema "))
            #expect(status.standardOutput.contains("\n1m "))

            // Another file does not go beside it by accident, and a part of one is noticed.
            let second = try await venus(["store", "export", "-"], up.runEnvironment)
            let refused = try await venus(["store", "import", "-"], target, input: second.standardOutput)
            #expect(refused.status == .exited(1))
            #expect(refused.standardError.contains("not empty") && refused.standardError.contains("--add"))
            let lines = second.standardOutput.split(separator: "\n").dropLast().joined(separator: "\n") + "\n"
            let empty = ["VENUS_DATA": up.directory.file("third")]
            let cut = try await venus(["store", "import", "-"], empty, input: lines)
            #expect(cut.status == .exited(1))
            #expect(cut.standardError.contains("not whole"))
            let rest = try await venus(["store", "import", "-"], empty, input: second.standardOutput)
            #expect(rest.status == .exited(0), "\(rest.standardError)")
        }

        @Test("a backup of a Venus that runs brings history, the secret, users and the authority to another machine")
        func backup() async throws {
            let up = try await makeHistory()
            #expect(try await venus(["ca", "init"], up.runEnvironment).status == .exited(0))
            try await up.signIn().send(
                "POST", "/webhooks", #"{"name":"ours","kind":"slack","url":"https://hooks.example/T/B/x"}"#)
            let added = try await venus(
                ["user", "add", "ada", "--role", "viewer"], up.runEnvironment, input: "correct horse\n")
            #expect(added.status == .exited(0), "\(added.standardError)")
            let file = up.directory.file("backup.jsonl")
            let backup = try await venus(["backup", file], up.runEnvironment)
            #expect(backup.status == .exited(0), "\(backup.standardError)")
            #expect(
                backup.standardError.contains(/receivers of alerts are sealed with the key [0-9a-f]{16}, which is in/))
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try await up.stop() == .exited(0))

            // Into its own directory it does not go.
            let occupied = try await venus(["restore", file], up.runEnvironment)
            #expect(occupied.status == .exited(1))
            #expect(occupied.standardError.contains("not empty"))

            let other = up.directory.file("other")
            let environment = ["VENUS_DATA": other]
            let restored = try await venus(["restore", file], environment)
            #expect(restored.status == .exited(0), "\(restored.standardError)")
            let authorities = try ["data", "other"].map { try firstFile(up.directory.file("\($0)/ca")) }
            #expect(authorities[0].content == authorities[1].content)
            #expect(authorities[1].mode == 0o600)

            let port = try freePort()
            let process = try VenusBinary.start(
                ["up"],
                environment: environment.merging([
                    "VENUS_PROXY_LISTEN": "127.0.0.1:\(try freePort())", "VENUS_SERVER_LISTEN": "127.0.0.1:\(port)",
                ]) { $1 })
            defer { withExtendedLifetime(process) {} }
            try await eventually(within: .seconds(20), "the restored server") {
                try await HTTPClient(port: port).get("/readyz").status == 200
            }
            // No secret was configured here: it is the one that came with the backup.
            let api = try await VenusAPI(port: port, secret: up.secret)
            #expect(try await api.get("/history?range=hour")["totals"]["calls"].int == 12)
            // The user signs in with the password of before, and only with that.
            for (password, status) in [("correct horse", 200), ("wrong horse", 401)] {
                let answer = try await VenusAPI.login(
                    port: port, body: #"{"user":"ada","password":"\#(password)"}"#)
                #expect(answer.status == status, "\(answer.text)")
            }
            // The receiver opens with the key that came along.
            let receivers = try await api.get("/webhooks")["items"].array
            #expect(receivers.map { $0["name"].string } == ["ours"] && receivers.first?["readable"].bool == true)
            #expect(try await process.stop(SIGTERM, within: .seconds(30)) == .exited(0))
        }

        private func firstFile(_ directory: String) throws -> (content: Data, mode: Int) {
            let files = try FileManager.default.contentsOfDirectory(atPath: directory).sorted().map {
                directory + "/" + $0
            }
            let path = try #require(files.first { FileManager.default.contents(atPath: $0)?.isEmpty == false })
            let content = try #require(FileManager.default.contents(atPath: path))
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            return (content, mode ?? 0)
        }
    }
}
