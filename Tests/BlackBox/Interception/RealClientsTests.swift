import Foundation
import TestSupport
import Testing

extension TheBinary {
    /// Installed by `make test-clients`, which says where they are; skipped without.
    @Suite("Real clients, intercepted", .enabled(if: RealClients.folder != nil))
    struct RealClientsTests {
        /// What each prints without a proxy is what it prints through an interception: statuses, and hashes of bodies.
        @Test(
            "get the same answers as without a proxy, and their calls have statuses and routes in the graph",
            arguments: [
                "curl", "curl-http2", "requests", "httpx", "httpx-http2", "aiohttp", "websockets", "grpcio", "undici",
            ])
        func sameAnswers(client: String) async throws {
            let clients = try await RealClients(folder: #require(RealClients.folder))
            let command = clients.command(client)
            let direct = try await ChildProcess.run(
                command[0], Array(command.dropFirst()), environment: clients.variables(of: client))
            let venus = try await Self.up(clients)
            let intercepted = try await Self.run(command, service: client, clients, venus)
            #expect(intercepted == direct)
            #expect(!direct.isEmpty)
            let authority = clients.authority(of: client)
            let api = try await venus.signIn()
            try await eventually(within: .seconds(10), "the status of \(client)'s calls") {
                guard let edge = try await api.graph().edge(client, authority) else { return false }
                // A WebSocket is counted as a connection: it has no statuses inside.
                return client == "websockets" || edge["kpis"]["basis"].string == "status"
            }
        }

        @Test("git clones over HTTPS, intercepted")
        func git() async throws {
            let clients = try await RealClients(folder: #require(RealClients.folder))
            let venus = try await Self.up(clients)
            let copy = clients.directory.file("copy")
            _ = try await Self.run(
                ["git", "clone", "--quiet", clients.url + "/files/repository.git", copy], service: "git", clients, venus
            )
            #expect(FileManager.default.contents(atPath: copy + "/file") == Data(repeating: 7, count: 200_000))
            let api = try await venus.signIn()
            try await eventually(within: .seconds(10), "the status of git's calls") {
                try await api.graph().edge("git", clients.authority)?["kpis"]["basis"].string == "status"
            }
        }

        private static func variables(_ clients: RealClients) -> [String: String] {
            ["VENUS_INTERCEPTION_HOSTS": "*", "VENUS_INTERCEPTION_TRUST": clients.certificates]
        }

        private static func up(_ clients: RealClients) async throws -> VenusUp {
            try await VenusUp(environment: variables(clients))
        }

        /// Runs a command under `venus run`, beside a `venus up` in the same directory.
        private static func run(
            _ command: [String], service: String, _ clients: RealClients, _ venus: VenusUp
        ) async throws -> String {
            let output = try await venus.run(service: service, command, environment: variables(clients))
            guard output.status == .exited(0) else { throw TestFailure("\(command): \(output)") }
            return output.standardOutput
        }
    }
}
