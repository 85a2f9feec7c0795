import VenusCore

extension GraphOutput {
    /// Two tables, `nodes` and `edges`, with the fields of Grafana's Node Graph panel.
    ///
    /// The arcs of a node are shares of its calls whose outcome is known, and add up to 1.
    package var grafana: [UInt8] {
        var writer = JSONWriter(reserving: 1 << 16)
        writer.object { writer in
            writer.name("edges")
            writer.array(edges) { writer, edge in
                writer.object { writer in
                    Self.detail(edge.kpis, &writer)
                    writer.name("detail__dependency")
                    writer.value(edge.dependency)
                    writer.name("detail__grade")
                    writer.value(edge.grade.rawValue)
                    writer.name("id")
                    writer.value(edge.id)
                    Self.statistics(edge.kpis, &writer)
                    writer.name("source")
                    writer.value(edge.source)
                    writer.name("target")
                    writer.value(edge.target)
                }
            }
            writer.name("nodes")
            writer.array(nodes) { writer, node in
                writer.object { writer in
                    Self.arcs(node.kpis, &writer)
                    Self.detail(node.kpis, &writer)
                    writer.name("detail__grade")
                    writer.value(node.grade.rawValue)
                    writer.name("id")
                    writer.value(node.id)
                    Self.statistics(node.kpis, &writer)
                    writer.name("subTitle")
                    writer.value(node.kind.name)
                    writer.name("title")
                    writer.value(node.name)
                }
            }
        }
        return writer.bytes
    }

    private static func arcs(_ kpi: KPI, _ writer: inout JSONWriter) {
        let (client, server) = (kpi.clientErrorRate ?? 0, kpi.serverErrorRate ?? 0)
        let transport = kpi.transportErrorRate ?? 0
        writer.name("arc__client_error")
        writer.value(client)
        writer.name("arc__idle")
        writer.value(kpi.availability == nil ? 1 : 0)
        writer.name("arc__server_error")
        writer.value(server)
        writer.name("arc__success")
        writer.value(kpi.availability == nil ? 0 : max(0, 1 - client - server - transport) as Double?)
        writer.name("arc__transport_error")
        writer.value(transport)
    }

    private static func detail(_ kpi: KPI, _ writer: inout JSONWriter) {
        writer.name("detail__availability")
        writer.value(kpi.availability)
        writer.name("detail__calls")
        writer.value(kpi.calls)
        writer.name("detail__calls_per_minute")
        writer.value(kpi.load.callsPerMinute)
        writer.name("detail__error_rate")
        writer.value(kpi.errorRate)
        writer.name("detail__p95_ms")
        writer.value(kpi.responseTime.p95)
    }

    private static func statistics(_ kpi: KPI, _ writer: inout JSONWriter) {
        writer.name("mainStat")
        writer.value(GraphLabel.responseTime(kpi))
        writer.name("secondaryStat")
        writer.value(GraphLabel.load(kpi))
    }
}
