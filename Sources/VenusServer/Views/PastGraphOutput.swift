package import VenusCore

/// `GET /graph` with `at`: the graph of a past time, and which buckets of history it is made from.
package struct PastGraphOutput: Sendable, Encodable {
    private struct Span: Encodable {
        var tier: String
        var from: String
        var to: String
    }

    private var at: String
    private var span: Span
    private var graph: GraphOutput

    /// - Parameter edges: what each edge did in the span, sorted by key.
    package init(
        _ edges: [(key: SeriesKey, value: KPITotals)], span: HistorySpan, at: Int64, filter: ViewFilter
    ) {
        let environments = Set(edges.map(\.key.environment))
        // What is still to come of the last bucket does not water down its load.
        let seconds = max(1, min(span.end, span.now) - span.from)
        let picture = WindowPicture(
            window: filter.window, at: at, edges: edges, span: Double(seconds),
            identifiers: Identifiers(namesEnvironment: environments.count > 1))
        graph = GraphOutput(picture, filter: filter)
        self.at = Timestamp.text(milliseconds: at)
        self.span = Span(
            tier: span.tier.name, from: Timestamp.text(seconds: span.from), to: Timestamp.text(seconds: span.end))
    }

    private enum CodingKeys: String, CodingKey { case at, span, window, nodes, edges }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(at, forKey: .at)
        try container.encode(span, forKey: .span)
        try container.encode(graph.window, forKey: .window)
        try container.encode(graph.nodes, forKey: .nodes)
        try container.encode(graph.edges, forKey: .edges)
    }
}
