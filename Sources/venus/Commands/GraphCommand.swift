import ArgumentParser
import Foundation
import VenusCore

/// `venus graph`: the dependency graph, in the terminal.
struct GraphCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Prints the dependency graph with the KPIs of its edges.")

    @OptionGroup var access: AccessOptions

    @Option(help: "The rolling window: 10s, 1m, 5m, 15m or 1h.")
    var window = "5m"

    @Option(help: "Only this service's edges.")
    var service: String?

    @Flag(help: "The server's JSON, for programs.")
    var json = false

    func run() async throws {
        let body = try await access.client().get(
            "/api/v1/graph", ["window": window, "service": service, "environment": access.common.environment])
        if json {
            printLine(String(decoding: body, as: UTF8.self))
            return
        }
        let graph = try JSONDecoder().decode(Graph.self, from: body)
        guard !graph.edges.isEmpty else {
            printLine(
                "No calls in the last \(graph.window). Send some: venus run --service my-app -- curl http://example.com/"
            )
            return
        }
        let names = Dictionary(graph.nodes.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        var table = TextTable([
            ("SERVICE", .left), ("DEPENDENCY", .left), ("GRADE", .left), ("CALLS", .right), ("PER MIN", .right),
            ("AVAILABLE", .right), ("ERRORS", .right), ("MEAN", .right), ("P95", .right), ("P99", .right),
            ("TUNNELS", .left),
        ])
        for edge in graph.edges {
            let (kpis, times) = (edge.kpis, edge.kpis.responseTime)
            let isEstimated = kpis.estimated > 0
            table.append([
                Display.safe(names[edge.source] ?? edge.source), Display.safe(names[edge.target] ?? edge.target),
                edge.shownGrade, "\(kpis.calls)", Display.number(kpis.load.callsPerMinute),
                Display.share(kpis.availability, basis: kpis.basis), Display.share(kpis.errorRate, basis: kpis.basis),
                Display.milliseconds(times.mean, estimated: isEstimated),
                Display.milliseconds(times.p95, estimated: isEstimated),
                Display.milliseconds(times.p99, estimated: isEstimated),
                Display.safe((edge.tunnelProtocols ?? []).joined(separator: ", ")),
            ])
        }
        for line in table.lines { printLine(line) }
        if graph.edges.contains(where: { $0.kpis.basis == .transport }) {
            printLine(
                "not visible, connecting: no status was visible; shares are those of connections and TLS handshakes")
        }
        if graph.edges.contains(where: { $0.kpis.estimated > 0 }) {
            printLine("\(Display.estimated) estimated from the traffic of HTTPS tunnels")
        }
        printLine("last \(graph.window), at \(graph.at)")
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
            var grade: String
            var kpis: KPIs
            var tunnelProtocols: [String]?
            enum CodingKeys: String, CodingKey {
                case source, target, grade, kpis
                case tunnelProtocols = "tunnel_protocols"
            }

            /// A good one says little where it comes from connecting alone.
            var shownGrade: String {
                grade == Grade.good.rawValue && kpis.basis == .transport ? "not visible" : grade
            }
        }
        struct KPIs: Decodable {
            var calls: UInt64
            var availability: Double?
            var errorRate: Double?
            var basis: Basis?
            var responseTime: ResponseTime
            var load: Load
            var estimated: UInt64
            enum CodingKeys: String, CodingKey {
                case calls, availability, basis, load, estimated
                case errorRate = "error_rate"
                case responseTime = "response_time_ms"
            }
        }
        struct ResponseTime: Decodable {
            var mean: Double?
            var p95: Double?
            var p99: Double?
        }
        struct Load: Decodable {
            var callsPerMinute: Double?
            enum CodingKeys: String, CodingKey { case callsPerMinute = "calls_per_minute" }
        }

        var at: String
        var window: String
        var nodes: [Node]
        var edges: [Edge]
    }
}
