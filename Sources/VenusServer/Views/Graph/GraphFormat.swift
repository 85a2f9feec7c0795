/// How a graph is written.
package enum GraphFormat: String, Sendable, Hashable, CaseIterable {
    case json
    /// Cytoscape.js: `cytoscape({elements: answer.elements})`.
    case cytoscape
    /// The fields of Grafana's Node Graph panel.
    case grafana
    /// Graphviz.
    case dot
    case mermaid

    package var mediaType: String {
        switch self {
        case .json, .cytoscape, .grafana: "application/json"
        case .dot: "text/vnd.graphviz; charset=utf-8"
        case .mermaid: "text/plain; charset=utf-8"
        }
    }

    /// Whether the other time of a comparison has a place in it.
    package var showsComparison: Bool {
        switch self {
        case .json, .cytoscape: true
        case .grafana, .dot, .mermaid: false
        }
    }
}

extension GraphOutput {
    package func bytes(_ format: GraphFormat) -> [UInt8] {
        switch format {
        case .json: json
        case .cytoscape: cytoscape
        case .grafana: grafana
        case .dot: dot
        case .mermaid: mermaid
        }
    }
}
