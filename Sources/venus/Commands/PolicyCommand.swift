import ArgumentParser
import Foundation
import VenusProxy

/// `venus policy …`
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Writes an egress policy from what was seen, and explains its verdicts.",
        discussion: """
            The policy, a YAML file named by policy.file, says who may call what. A proxy that runs takes up a change of \
            the file by itself.
            """,
        subcommands: [Suggest.self, Test.self])

    struct Suggest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "suggest", abstract: "Writes an allow-list of what was called lately.",
            discussion: """
                In report mode, so that nothing is denied yet: let it run a while, look for calls that would be denied \
                in `venus graph` or the dashboard, then change its mode to enforce. Names are resolved, so that each \
                stays allowed only at the kind of addresses that it has now.
                """)

        @OptionGroup var access: AccessOptions

        @Option(help: "The rolling window: 10s, 1m, 5m, 15m or 1h.")
        var window = "1h"

        @Option(help: "Only this service's calls.")
        var service: String?

        func run() async throws {
            let body = try await access.client().get(
                "/api/v1/graph", ["window": window, "service": service, "environment": access.common.environment])
            let graph = try JSONDecoder().decode(Graph.self, from: body)
            let names = Dictionary(graph.nodes.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
            var suggestion = PolicySuggestion(window: graph.window)
            for edge in graph.edges where edge.kpis.calls > edge.kpis.denied {
                guard let source = names[edge.source], let target = names[edge.target] else { continue }
                suggestion.add(service: source, dependency: target)
            }
            guard !suggestion.isEmpty else { throw CommandFailure("no calls in the last \(graph.window)") }
            printLine(suggestion.text(resolving: { try? Resolver.system($0) }))
        }

        /// What this command reads of the server's answer.
        private struct Graph: Decodable {
            struct Node: Decodable {
                var id: String
                var name: String
            }
            struct Edge: Decodable {
                var source: String
                var target: String
                var kpis: KPIs
            }
            struct KPIs: Decodable {
                var calls: UInt64
                var denied: UInt64
            }
            var window: String
            var nodes: [Node]
            var edges: [Edge]
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test", abstract: "Explains what the policy says to a call.",
            discussion: "Exits with 0 where the call is allowed, and with 1 where it is denied, or would be.")

        @Argument(help: ArgumentHelp("Such as https://api.example.com, or HOST:PORT.", valueName: "url"))
        var url: String
        @OptionGroup var common: CommonOptions
        @OptionGroup var options: PolicyOptions

        @Option(help: "The service that calls. (default: the configured one)")
        var service: String?

        @Option(help: "The method. (default: CONNECT for https, else GET)")
        var method: String?

        func validate() throws { _ = try call(of: "") }

        func run() async throws {
            let configuration = try common.load(options.flags)
            let call = try call(of: service ?? configuration.serviceName)
            let logger = configuration.startLogging("policy")
            var policy = try configuration.openPolicy(logger: logger)?.policy ?? EgressPolicy()
            policy.deniesLinkLocal = !configuration.proxy.listen.isLoopback
            let explanation = call.explain(policy, resolving: Resolver.system)
            for line in explanation.lines { printLine(line) }
            if !explanation.isAllowed { throw ExitCode.failure }
        }

        private func call(of service: String) throws -> PolicyTrial {
            guard let call = PolicyTrial(url: url, method: method, service: service) else {
                throw ValidationError("'\(Display.safe(url))' is no URL; expected one like https://api.example.com/")
            }
            return call
        }
    }
}
