import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("venus user, api-key, login and logout")
    struct AccountCommandTests {
        /// A `venus up`, and a data directory beside it from where nobody has signed in.
        private struct Scene {
            let up: VenusUp
            let elsewhere: String
            var server: String { "http://127.0.0.1:\(up.serverPort)" }

            init() async throws {
                up = try await VenusUp()
                elsewhere = up.directory.file("elsewhere")
            }

            func venus(_ arguments: [String], at data: String? = nil, input: String? = nil) async throws -> String {
                let output = try await attempt(arguments, at: data, input: input)
                guard output.status == .exited(0) else {
                    throw TestFailure("\(arguments): \(output.status) \(output.standardError)")
                }
                return output.standardOutput
            }

            func attempt(
                _ arguments: [String], at data: String? = nil, input: String? = nil
            ) async throws -> ChildProcess.Output {
                try await VenusBinary.output(
                    arguments, environment: data.map { ["VENUS_DATA": $0] } ?? up.runEnvironment, standardInput: input)
            }
        }

        @Test("a user is added here, signs in elsewhere, sees the graph, manages nothing, and is removed")
        func users() async throws {
            let scene = try await Scene()
            let added = try await scene.venus(["user", "add", "ada", "--role", "viewer"], input: "correct horse\n")
            #expect(added == "added ada as viewer\n")
            #expect(try await scene.venus(["user", "list"]).contains("ada   viewer  active"))

            let before = try await scene.attempt(["graph", "--server", scene.server], at: scene.elsewhere)
            #expect(before.status == .exited(1))
            #expect(before.standardError.contains("venus login"))
            let login = ["login", scene.server, "--user", "ada"]
            let wrong = try await scene.attempt(login, at: scene.elsewhere, input: "wrong horse\n")
            #expect(wrong.status == .exited(1))
            #expect(!wrong.standardError.contains("wrong horse"))
            let signedIn = try await scene.venus(login, at: scene.elsewhere, input: "correct horse\n")
            #expect(signedIn.hasPrefix("Signed in to \(scene.server) as user:ada, viewer, until "))
            let file = scene.elsewhere + "/login.json"
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let graph = try await scene.venus(["graph", "--json"], at: scene.elsewhere)
            #expect(graph.contains("\"edges\""))
            let refused = try await scene.attempt(["user", "list"], at: scene.elsewhere)
            #expect(refused.status == .exited(1))
            #expect(refused.standardError.contains("role admin"))

            let kept = try await scene.attempt(["passwd"], at: scene.elsewhere, input: "wrong horse\nthird horse\n")
            #expect(kept.status == .exited(1))
            let changed = try await scene.venus(["passwd"], at: scene.elsewhere, input: "correct horse\nthird horse\n")
            #expect(changed == "changed your password; your other sessions have ended\n")
            #expect(try await scene.venus(["graph", "--json"], at: scene.elsewhere).contains("\"edges\""))

            #expect(try await scene.venus(["logout"], at: scene.elsewhere).hasPrefix("Signed out of "))
            #expect(!FileManager.default.fileExists(atPath: file))
            #expect(try await scene.attempt(["graph"], at: scene.elsewhere).status == .exited(1))

            _ = try await scene.venus(["user", "passwd", "ada"], input: "another horse\n")
            _ = try await scene.venus(login, at: scene.elsewhere, input: "another horse\n")
            #expect(try await scene.venus(["user", "change", "ada", "--role", "operator"]) == "changed ada\n")
            #expect(try await scene.attempt(["graph"], at: scene.elsewhere).status == .exited(1))
            #expect(try await scene.venus(["user", "remove", "ada"]) == "removed ada\n")
            let gone = try await scene.attempt(login, at: scene.elsewhere, input: "another horse\n")
            #expect(gone.status == .exited(1))
            #expect(!scene.up.process.transcript.contains(" horse"))
        }

        @Test("a key for a program is shown once, reads, shows its use, and is taken away")
        func keys() async throws {
            let scene = try await Scene()
            let key = try await scene.venus(["api-key", "create", "grafana", "--quiet"])
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let token = try scene.up.directory.write(key, to: "token")
            let asKey = ["--server", scene.server, "--token-file", token]
            #expect(try await scene.venus(["graph", "--json"] + asKey, at: scene.elsewhere).contains("\"edges\""))
            let refused = try await scene.attempt(["api-key", "list"] + asKey, at: scene.elsewhere)
            #expect(refused.status == .exited(1))
            let list = try await scene.venus(["api-key", "list"])
            #expect(!list.contains(key))
            #expect(list.contains("grafana") && !list.contains("never"))
            let id = try #require(key.split(separator: "_").dropFirst().first).description
            #expect(try await scene.venus(["api-key", "revoke", id]) == "took away the key \(id)\n")
            #expect(try await scene.attempt(["graph"] + asKey, at: scene.elsewhere).status == .exited(1))
            #expect(try await scene.venus(["api-key", "list"]).contains("revoked "))
        }
    }
}
