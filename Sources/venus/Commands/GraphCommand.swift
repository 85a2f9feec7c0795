import ArgumentParser
import Foundation

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
        var components = URLComponents()
        components.path = "/api/v1/graph"
        components.queryItems = [URLQueryItem(name: "window", value: window)]
        if let service { components.queryItems?.append(URLQueryItem(name: "service", value: service)) }
        let body = try await access.client().get(components.string ?? components.path)
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
        ])
        for edge in graph.edges {
            table.append([
                Display.safe(names[edge.source] ?? edge.source), Display.safe(names[edge.target] ?? edge.target),
                edge.grade, "\(edge.kpis.calls)", Display.number(edge.kpis.load.callsPerMinute),
                Display.percent(edge.kpis.availability), Display.percent(edge.kpis.errorRate),
                Display.milliseconds(edge.kpis.responseTime.mean), Display.milliseconds(edge.kpis.responseTime.p95),
                Display.milliseconds(edge.kpis.responseTime.p99),
            ])
        }
        for line in table.lines { printLine(line) }
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
        }
        struct KPIs: Decodable {
            var calls: UInt64
            var availability: Double?
            var errorRate: Double?
            var responseTime: ResponseTime
            var load: Load
            enum CodingKeys: String, CodingKey {
                case calls, availability, load
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
