import VenusCore

extension GraphOutput {
    /// Graphviz's language. Nodes have numbers for names, and what comes from the network is only in labels.
    package var dot: [UInt8] {
        var text =
            "digraph venus {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n"
        text += "  edge [fontname=\"sans-serif\", fontsize=10];\n"
        var numbers: [String: Int] = [:]
        for (number, node) in nodes.enumerated() {
            numbers[node.id] = number
            let shape = node.kind == .service ? "" : ", shape=ellipse, style=filled"
            text +=
                "  n\(number) [label=\"\(Self.escaped(node.name))\", fillcolor=\"\(Self.fill(node.grade))\"\(shape)];\n"
        }
        for edge in edges {
            guard let source = numbers[edge.source], let target = numbers[edge.target] else { continue }
            let label = GraphLabel.lines(edge.kpis).map(Self.escaped).joined(separator: "\\n")
            text += "  n\(source) -> n\(target) [label=\"\(label)\", color=\"\(Self.line(edge.grade))\"];\n"
        }
        return Array((text + "}\n").utf8)
    }

    /// Text for a quoted label: there backslashes begin escapes, and ampersands entities.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.unicodeScalars.append(scalar.properties.isControlOrSeparator ? " " : scalar)
            }
        }
        return escaped
    }

    private static func fill(_ grade: Grade) -> String {
        switch grade {
        case .good: "#d9f2e0"
        case .fair: "#fdeec7"
        case .poor: "#fbd5d0"
        case .idle: "#eeeeee"
        }
    }

    private static func line(_ grade: Grade) -> String {
        switch grade {
        case .good: "#2f8f4e"
        case .fair: "#b07d00"
        case .poor: "#c0392b"
        case .idle: "#888888"
        }
    }
}

extension Unicode.Scalar.Properties {
    /// Whether it would break a line, or change how others are read.
    var isControlOrSeparator: Bool {
        switch generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
