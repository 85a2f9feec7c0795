package import VenusCore

extension GraphOutput {
    /// The time that a graph is compared with.
    package struct ComparedTime: Sendable, JSONWritable {
        package var at: String
        package var span: SpanOutput

        package func write(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.name("at")
                writer.value(at)
                writer.name("span")
                span.write(to: &writer)
            }
        }
    }

    /// What a node or edge was at the other time, and what has changed since.
    package struct Compared: Sendable {
        package var now: KPI
        /// `nil` where it was not there.
        package var then: KPI?
    }

    /// Puts what was beside what is. What is there no more is shown as idle.
    package func compared(with past: GraphOutput, at: String, span: SpanOutput) -> GraphOutput {
        var graph = self
        graph.compare = ComparedTime(at: at, span: span)
        let none = KPI(KPITotals(), seconds: 1)
        let pastNodes = Dictionary(past.nodes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let pastEdges = Dictionary(past.edges.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        graph.nodes += Self.gone(past.nodes, nodes.map(\.id)) { node in
            node.grade = .idle
            node.kpis = none
        }
        graph.edges += Self.gone(past.edges, edges.map(\.id)) { edge in
            edge.grade = .idle
            edge.kpis = none
            edge.phases = PhasesOutput(KPITotals())
            edge.reasons = []
            edge.tunnelProtocols = []
        }
        for place in graph.nodes.indices {
            let node = graph.nodes[place]
            graph.nodes[place].compared = Compared(now: node.kpis, then: pastNodes[node.id]?.kpis)
        }
        for place in graph.edges.indices {
            let edge = graph.edges[place]
            graph.edges[place].compared = Compared(now: edge.kpis, then: pastEdges[edge.id]?.kpis)
        }
        graph.nodes.sort { $0.id < $1.id }
        graph.edges.sort { $0.id < $1.id }
        return graph
    }

    private static func gone<Element: Identified>(
        _ past: [Element], _ known: [String], _ empty: (inout Element) -> Void
    ) -> [Element] {
        let known = Set(known)
        return past.filter { !known.contains($0.id) }.map { element in
            var element = element
            empty(&element)
            return element
        }
    }
}

/// A node or an edge.
private protocol Identified {
    var id: String { get }
}

extension GraphOutput.Node: Identified {}
extension GraphOutput.Edge: Identified {}

extension GraphOutput.Compared: JSONWritable {
    /// `change` is now less then; `null` where either has nothing to say.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("change")
            if let then { Self.writeChange(now, then, &writer) } else { writer.null() }
            writer.name("kpis")
            if let then { then.write(to: &writer) } else { writer.null() }
        }
    }

    private static func writeChange(_ now: KPI, _ then: KPI, _ writer: inout JSONWriter) {
        writer.object { writer in
            for (name, value) in shares {
                writer.name(name)
                writer.value(difference(value(now), value(then)))
            }
            writer.name("response_time_ms")
            write(now.responseTime, then.responseTime, &writer)
            writer.name("ttfb_ms")
            write(now.ttfb, then.ttfb, &writer)
        }
    }

    private static let shares: [(StaticString, @Sendable (KPI) -> Double?)] = [
        ("availability", { $0.availability }), ("calls_per_minute", { $0.load.callsPerMinute }),
        ("client_error_rate", { $0.clientErrorRate }), ("error_rate", { $0.errorRate }),
    ]

    private static func write(_ now: KPI.Distribution, _ then: KPI.Distribution, _ writer: inout JSONWriter) {
        writer.object { writer in
            for (name, value) in times {
                writer.name(name)
                writer.value(difference(value(now), value(then)))
            }
        }
    }

    private static let times: [(StaticString, @Sendable (KPI.Distribution) -> Double?)] = [
        ("max", { $0.max }), ("mean", { $0.mean }), ("p50", { $0.p50 }), ("p90", { $0.p90 }), ("p95", { $0.p95 }),
        ("p99", { $0.p99 }),
    ]

    private static func difference(_ now: Double?, _ then: Double?) -> Double? {
        guard let now, let then else { return nil }
        return now - then
    }
}
