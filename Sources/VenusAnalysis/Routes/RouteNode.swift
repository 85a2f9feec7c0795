/// A segment in a ``RouteTrie``, and what follows it.
struct RouteNode: Sendable, Hashable {
    var segment: String
    /// Whether there were too many children: then there is one, `*`.
    var isCollapsed = false
    /// Sorted by segment, each segment once.
    var children: [RouteNode] = []

    /// The nodes of this tree.
    var count: Int { children.reduce(1) { $0 + $1.count } }

    /// Adds what is not there, appends what stands for the segments, and returns whether anything collapsed.
    mutating func insert(_ segments: ArraySlice<Substring>, _ template: inout String) -> Bool {
        guard let first = segments.first else { return false }
        let segment = isCollapsed ? RouteTrie.wildcard : String(first)
        var place = children.partitioningIndex { $0.segment >= segment }
        var hasCollapsed = false
        if place == children.count || children[place].segment != segment {
            children.insert(RouteNode(segment: segment), at: place)
            if children.count > RouteTrie.maximumChildren {
                collapse()
                hasCollapsed = true
                place = 0
            }
        }
        template += "/" + children[place].segment
        let hasCollapsedBelow = children[place].insert(segments.dropFirst(), &template)
        return hasCollapsed || hasCollapsedBelow
    }

    /// Appends what stands for the segments, and returns whether all of them are there.
    func find(_ segments: ArraySlice<Substring>, _ template: inout String) -> Bool {
        guard let first = segments.first else { return true }
        let segment = isCollapsed ? RouteTrie.wildcard : String(first)
        let place = children.partitioningIndex { $0.segment >= segment }
        guard place < children.count, children[place].segment == segment else { return false }
        template += "/" + segment
        return children[place].find(segments.dropFirst(), &template)
    }

    private mutating func collapse() {
        isCollapsed = true
        children = [Self.merged(children, as: RouteTrie.wildcard)]
    }

    /// One node with the children of all: what collapsed in one of them collapses in all, and so does what becomes too
    /// many together.
    private static func merged(_ nodes: [RouteNode], as segment: String) -> RouteNode {
        var bySegment: [String: [RouteNode]] = [:]
        for node in nodes { for child in node.children { bySegment[child.segment, default: []].append(child) } }
        guard !nodes.contains(where: \.isCollapsed), bySegment.count <= RouteTrie.maximumChildren else {
            let child = merged(nodes.flatMap(\.children), as: RouteTrie.wildcard)
            return RouteNode(segment: segment, isCollapsed: true, children: [child])
        }
        let children = bySegment.sorted { $0.key < $1.key }.map { merged($0.value, as: $0.key) }
        return RouteNode(segment: segment, children: children)
    }
}
