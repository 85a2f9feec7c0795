import VenusCore

extension GraphOutput {
    /// A flowchart of Mermaid. Nodes have numbers for names, and what comes from the network is only in labels.
    package var mermaid: [UInt8] {
        var text = "flowchart LR\n"
        var numbers: [String: Int] = [:]
        for (number, node) in nodes.enumerated() {
            numbers[node.id] = number
            let (open, close) = node.kind == .service ? ("[", "]") : ("([", "])")
            text += "  n\(number)\(open)\"\(Self.encoded(node.name))\"\(close):::\(node.grade.rawValue)\n"
        }
        for edge in edges {
            guard let source = numbers[edge.source], let target = numbers[edge.target] else { continue }
            let label = GraphLabel.lines(edge.kpis).map(Self.encoded).joined(separator: "<br>")
            text += "  n\(source) -->|\"\(label)\"| n\(target)\n"
        }
        text += "  classDef good fill:#d9f2e0,stroke:#2f8f4e,color:#111111\n"
        text += "  classDef fair fill:#fdeec7,stroke:#b07d00,color:#111111\n"
        text += "  classDef poor fill:#fbd5d0,stroke:#c0392b,color:#111111\n"
        text += "  classDef idle fill:#eeeeee,stroke:#888888,color:#111111\n"
        return Array(text.utf8)
    }

    /// Everything but letters, digits and a few marks that mean nothing to Mermaid, as `#CODE;`.
    private static func encoded(_ text: String) -> String {
        var encoded = ""
        for scalar in text.unicodeScalars {
            if scalar.properties.isControlOrSeparator {
                encoded += " "
            } else if scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                || " .:/-_,".unicodeScalars.contains(scalar)
            {
                encoded.unicodeScalars.append(scalar)
            } else {
                encoded += "#\(scalar.value);"
            }
        }
        return encoded
    }
}
