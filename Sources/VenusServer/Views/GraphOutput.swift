package import VenusCore

/// The dependency graph as `GET /graph` and the topic `graph` give it, without `at`.
package struct GraphOutput: Sendable, Encodable {
    package struct Node: Sendable, Encodable {
        package var id: String
        package var kind: Level
        package var name: String
        package var grade: Grade
        package var kpis: KPI

        private enum CodingKeys: String, CodingKey { case id, kind, name, grade, kpis }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(kind.name, forKey: .kind)
            try container.encode(name, forKey: .name)
            try container.encode(grade, forKey: .grade)
            try container.encode(kpis, forKey: .kpis)
        }
    }

    package struct Edge: Sendable, Encodable {
        package var id: String
        package var source: String
        /// A dependency's node, or that of the service which announces to be it.
        package var target: String
        /// What the service calls: `host:port`.
        package var dependency: String
        package var grade: Grade
        package var kpis: KPI
        package var phases: PhasesOutput
        package var reasons: [Reason]
        /// What is inside the tunnels of this edge, such as `tls/1.3 h2`; `tunnel` is no TLS. Empty without tunnels.
        package var tunnelProtocols: [String]

        private enum CodingKeys: String, CodingKey {
            case id, source, target, dependency, grade, kpis, phases, reasons
            case tunnelProtocols = "tunnel_protocols"
        }
    }

    package var window: String
    package var nodes: [Node]
    package var edges: [Edge]

    package init(_ picture: WindowPicture, filter: ViewFilter) {
        let ids = picture.identifiers
        let edges = picture.edges.filter { filter.matches($0.key) }
        window = picture.window.name
        self.edges = edges.map { edge in
            Edge(
                id: ids.id(of: edge.key),
                source: ids.service(edge.key.service, environment: edge.key.environment),
                target: ids.id(of: picture.announced.service(behind: edge.key) ?? edge.key.key(at: .dependency)),
                dependency: edge.key.dependency,
                grade: Grade(edge.kpi), kpis: edge.kpi, phases: PhasesOutput(edge.totals),
                reasons: Reason.all(edge.kpi), tunnelProtocols: picture.tunnelProtocols[edge.key] ?? [])
        }.sorted { $0.id < $1.id }
        let services = Self.services(picture, edges, filter: filter)
        let dependencies = picture.grouped(
            edges.filter { picture.announced.service(behind: $0.key) == nil }, at: .dependency)
        nodes = (services + dependencies).map { node in
            Node(
                id: ids.id(of: node.key), kind: node.key.level,
                name: node.key.level == .service ? node.key.service : node.key.dependency, grade: Grade(node.kpi),
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

/// The mean of each phase over the calls that had it; `null` where none had.
package struct PhasesOutput: Sendable, Encodable {
    private struct Mean: Encodable {
        var milliseconds: Double
        enum CodingKeys: String, CodingKey { case milliseconds = "mean_ms" }
    }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private var totals: [KPITotals.PhaseTotal]

    package init(_ totals: KPITotals) { self.totals = totals.phases }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for phase in Phase.allCases {
            let total = totals[phase.rawValue]
            let mean = total.count == 0 ? nil : Mean(milliseconds: Double(total.sum) / Double(total.count) / 1_000)
            try container.encode(mean, forKey: Key(stringValue: phase.name))
        }
    }
}

/// A limit that is crossed: why a grade is not `good`.
package struct Reason: Sendable, Hashable, Encodable {
    /// `availability` (a fraction) or `response_time_p95_ms`.
    package var measure: String
    package var value: Double
    package var limit: Double
    /// `warning` or `critical`.
    package var level: String

    /// One for each threshold that is crossed, by the graver of its limits.
    package static func all(_ kpi: KPI, thresholds: [Threshold] = Threshold.defaults) -> [Reason] {
        thresholds.compactMap { threshold in
            let limit: (Double, String)? =
                switch threshold.grade(kpi) {
                case .poor: (threshold.critical, "critical")
                case .fair: (threshold.warning, "warning")
                case .good, .idle, nil: nil
                }
            guard let (limit, level) = limit else { return nil }
            switch threshold.measure {
            case .availability:
                return kpi.availability.map { Reason(measure: "availability", value: $0, limit: limit, level: level) }
            case .responseTimeP95:
                return kpi.responseTime.p95.map {
                    Reason(measure: "response_time_p95_ms", value: $0, limit: limit, level: level)
                }
            }
        }
    }
}
