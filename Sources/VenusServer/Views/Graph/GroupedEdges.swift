import VenusCore

/// Edges whose dependencies are put together by domain; those to services that announce themselves stay as they are.
struct GroupedEdges {
    /// Sorted by key.
    let edges: [WindowPicture.Measured]
    /// The dependencies of each group, by the group's key.
    let members: [SeriesKey: Set<String>]
    /// Of all edges of a group, sorted.
    let tunnelProtocols: [SeriesKey: [String]]

    init(_ ungrouped: [WindowPicture.Measured], in picture: WindowPicture) {
        let groups = DomainGroups(
            ungrouped.lazy.filter { picture.announced.service(behind: $0.key) == nil }
                .map { (dependency: $0.key.dependency, calls: $0.totals.calls) })
        var sums: [SeriesKey: KPITotals] = [:]
        var members: [SeriesKey: Set<String>] = [:]
        var protocols: [SeriesKey: Set<String>] = [:]
        for edge in ungrouped {
            var key = edge.key
            if picture.announced.service(behind: key) == nil {
                key.dependency = groups.name(of: key.dependency)
                members[key.key(at: .dependency), default: []].insert(edge.key.dependency)
            }
            sums[key, default: KPITotals()].merge(edge.totals)
            if let inside = picture.tunnelProtocols[edge.key] { protocols[key, default: []].formUnion(inside) }
        }
        let span = picture.span
        edges = sums.keys.sorted().map { key in
            let totals = sums[key] ?? KPITotals()
            return WindowPicture.Measured(key: key, totals: totals, kpi: KPI(totals, seconds: span))
        }
        self.members = members
        tunnelProtocols = protocols.mapValues { $0.sorted() }
    }
}
