package import VenusCore

/// The dependency graph, in whichever format it is then written.
package struct GraphOutput: Sendable {
    package struct Node: Sendable {
        package var id: String
        package var kind: Level
        package var name: String
        /// Dependencies that are in it, where they are grouped.
        package var members: Int?
        package var grade: Grade
        package var kpis: KPI
        package var compared: Compared?
    }

    package struct Edge: Sendable {
        package var id: String
        package var source: String
        /// A dependency's node, or that of the service which announces to be it.
        package var target: String
        /// What the service calls: `host:port`, or the group of what it calls.
        package var dependency: String
        package var grade: Grade
        package var kpis: KPI
        package var phases: PhasesOutput
        package var reasons: [Reason]
        /// What is inside the tunnels of this edge, such as `tls/1.3 h2`; `tunnel` is no TLS. Empty without tunnels.
        package var tunnelProtocols: [String]
        package var compared: Compared?
    }

    /// When the graph is of; `nil` for now, which is put before the other members when they are sent.
    package var at: String?
    /// Of which buckets of history a past graph is made.
    package var span: SpanOutput?
    /// With what time it is compared.
    package var compare: ComparedTime?
    package var window: String
    package var nodes: [Node]
    package var edges: [Edge]

    package init(_ picture: WindowPicture, filter: ViewFilter) {
        let ids = picture.identifiers
        let matching = picture.edges.filter { filter.matches($0.key) }
        let grouping = filter.group == nil ? nil : GroupedEdges(matching, in: picture)
        let edges = grouping?.edges ?? matching
        window = picture.window.name
        let thresholds = picture.thresholds
        self.edges = edges.map { edge in
            let limits = thresholds.thresholds(for: edge.key)
            return Edge(
                id: ids.id(of: edge.key),
                source: ids.service(edge.key.service, environment: edge.key.environment),
                target: ids.id(of: picture.announced.service(behind: edge.key) ?? edge.key.key(at: .dependency)),
                dependency: edge.key.dependency,
                grade: Grade(edge.kpi, of: edge.totals, thresholds: limits), kpis: edge.kpi,
                phases: PhasesOutput(edge.totals),
                reasons: Reason.all(edge.kpi, of: edge.totals, thresholds: limits),
                tunnelProtocols: grouping?.tunnelProtocols[edge.key] ?? picture.tunnelProtocols[edge.key] ?? [])
        }.sorted { $0.id < $1.id }
        let services = Self.services(picture, matching, filter: filter)
        let dependencies = picture.grouped(
            edges.filter { picture.announced.service(behind: $0.key) == nil }, at: .dependency)
        nodes = (services + dependencies).map { node in
            Node(
                id: ids.id(of: node.key), kind: node.key.level,
                name: node.key.level == .service ? node.key.service : node.key.dependency,
                members: node.key.level == .service ? nil : grouping?.members[node.key]?.count,
                grade: Grade(node.kpi, of: node.totals, thresholds: thresholds.thresholds(for: node.key)),
                kpis: node.kpi)
        }.sorted { $0.id < $1.id }
    }

    /// The edges' services, those that they call, and those whose first calls are still under way.
    private static func services(
        _ picture: WindowPicture, _ edges: [WindowPicture.Measured], filter: ViewFilter
    ) -> [WindowPicture.Measured] {
        let calling = picture.grouped(edges, at: .service)
        let calledOnly = Set(edges.compactMap { picture.announced.service(behind: $0.key) })
            .subtracting(calling.map(\.key))
        let services = calling + called(calledOnly, picture)
        guard filter.dependency == nil else { return services }
        let known = Set(services.map(\.key))
        let starting = picture.callsInFlight.filter { key, count in
            count > 0 && filter.matches(key) && !known.contains(key)
        }
        return services
            + starting.map { key, count in
                let none = KPITotals()
                let kpi = KPI(none, seconds: picture.span, inFlight: count)
                return WindowPicture.Measured(key: key, totals: none, kpi: kpi)
            }
    }

    /// Services that others call, with all calls of their own, whatever edges are shown.
    private static func called(_ services: Set<SeriesKey>, _ picture: WindowPicture) -> [WindowPicture.Measured] {
        guard !services.isEmpty else { return [] }
        let own = picture.grouped(picture.edges.filter { services.contains($0.key.key(at: .service)) }, at: .service)
        return own
            + services.subtracting(own.map(\.key)).map { key in
                let none = KPITotals()
                let kpi = KPI(none, seconds: picture.span, inFlight: picture.callsInFlight[key])
                return WindowPicture.Measured(key: key, totals: none, kpi: kpi)
            }
    }
}
