extension GraphOutput {
    /// The same members as in JSON, in the places where Cytoscape.js looks for them.
    package var cytoscape: [UInt8] {
        var writer = JSONWriter(reserving: 1 << 16)
        writer.object { writer in
            writeHead(to: &writer)
            writer.name("elements")
            writer.object { writer in
                writer.name("edges")
                writer.array(edges) { writer, edge in Self.element(&writer) { edge.write(to: &$0) } }
                writer.name("nodes")
                writer.array(nodes) { writer, node in Self.element(&writer) { node.write(to: &$0) } }
            }
            writeTail(to: &writer)
        }
        return writer.bytes
    }

    private static func element(_ writer: inout JSONWriter, _ data: (inout JSONWriter) -> Void) {
        writer.object { writer in
            writer.name("data")
            data(&writer)
        }
    }
}
