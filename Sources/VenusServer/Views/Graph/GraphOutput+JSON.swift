import VenusCore

extension GraphOutput: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writeHead(to: &writer)
            writer.name("edges")
            writer.array(edges) { $1.write(to: &$0) }
            writer.name("nodes")
            writer.array(nodes) { $1.write(to: &$0) }
            writeTail(to: &writer)
        }
    }

    /// The members before `edges`.
    func writeHead(to writer: inout JSONWriter) {
        if let at {
            writer.name("at")
            writer.value(at)
        }
        if let compare {
            writer.name("compare")
            compare.write(to: &writer)
        }
    }

    /// The members after `nodes`.
    func writeTail(to writer: inout JSONWriter) {
        if let span {
            writer.name("span")
            span.write(to: &writer)
        }
        writer.name("window")
        writer.value(window)
    }
}

extension GraphOutput.Node: JSONWritable {
    package func write(to writer: inout JSONWriter) { writer.object(writeMembers) }

    func writeMembers(_ writer: inout JSONWriter) {
        if let compared {
            writer.name("compared")
            compared.write(to: &writer)
        }
        writer.name("grade")
        writer.value(grade.rawValue)
        writer.name("id")
        writer.value(id)
        writer.name("kind")
        writer.value(kind.name)
        writer.name("kpis")
        kpis.write(to: &writer)
        if let members {
            writer.name("members")
            writer.value(members)
        }
        writer.name("name")
        writer.value(name)
    }
}

extension GraphOutput.Edge: JSONWritable {
    package func write(to writer: inout JSONWriter) { writer.object(writeMembers) }

    func writeMembers(_ writer: inout JSONWriter) {
        if let compared {
            writer.name("compared")
            compared.write(to: &writer)
        }
        writer.name("dependency")
        writer.value(dependency)
        writer.name("grade")
        writer.value(grade.rawValue)
        writer.name("id")
        writer.value(id)
        writer.name("kpis")
        kpis.write(to: &writer)
        writer.name("phases")
        phases.write(to: &writer)
        writer.name("reasons")
        writer.array(reasons) { $1.write(to: &$0) }
        writer.name("source")
        writer.value(source)
        writer.name("target")
        writer.value(target)
        writer.name("tunnel_protocols")
        writer.array(tunnelProtocols) { $0.value($1) }
    }
}
