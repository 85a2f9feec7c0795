/// The routes of one edge, as a tree of their segments under each method. A segment of which there are too many
/// becomes `*`: its children are merged, at every level below.
///
/// Once collapsed, always collapsed, so the same routes make the same tree in whatever order they come. Rows that were
/// stored under the names of the children before stay history under these names; new calls go to the template.
package struct RouteTrie: Sendable, Hashable {
    /// A segment with more than this many children collapses.
    package static let maximumChildren = 20
    /// Segments of a route; the last stands for all that follow.
    package static let maximumDepth = 16
    package static let maximumMethods = 64
    /// Nodes of an edge; a route for which there is no room has no template.
    package static let maximumNodes = 4_096
    package static let wildcard = "*"
    package static let rest = "**"

    /// One tree a method, sorted by it.
    private(set) var methods: [RouteNode]
    package private(set) var nodeCount: Int

    package init() {
        methods = []
        nodeCount = 0
    }

    init(methods: [RouteNode]) {
        self.methods = methods
        nodeCount = methods.reduce(0) { $0 + $1.count }
    }

    /// What became of a route.
    package enum Answer: Sendable, Hashable {
        case template(String)
        /// The same, and segments have collapsed: templates that were given before may have changed.
        case collapsed(String)
        /// There is no room for it.
        case overflow

        package var template: String? {
            switch self {
            case .template(let template), .collapsed(let template): template
            case .overflow: nil
            }
        }
    }

    /// The template that stands for a route that begins with `/`; the trie knows the route afterwards.
    package mutating func template(of route: String, method: String) -> Answer {
        guard !method.utf8.contains(UInt8(ascii: "/")) else { return .overflow }
        let segments = Self.segments(of: route)
        guard let place = place(of: method, room: segments.count) else { return .overflow }
        var template = ""
        guard nodeCount + segments.count <= Self.maximumNodes else {
            return methods[place].find(segments[...], &template) ? .template(template) : .overflow
        }
        let before = methods[place].count
        let hasCollapsed = methods[place].insert(segments[...], &template)
        nodeCount += methods[place].count - before
        return hasCollapsed ? .collapsed(template) : .template(template)
    }

    private mutating func place(of method: String, room: Int) -> Int? {
        let place = methods.partitioningIndex { $0.segment >= method }
        if place < methods.count, methods[place].segment == method { return place }
        guard methods.count < Self.maximumMethods, nodeCount + 1 + room <= Self.maximumNodes else { return nil }
        methods.insert(RouteNode(segment: method), at: place)
        nodeCount += 1
        return place
    }

    private static func segments(of route: String) -> [Substring] {
        // By bytes: a slash with a combining character behind it is another character.
        var segments = route.utf8.dropFirst().split(
            separator: UInt8(ascii: "/"), maxSplits: maximumDepth - 1, omittingEmptySubsequences: false
        ).map { Substring($0) }
        if let last = segments.last, last.utf8.contains(UInt8(ascii: "/")) {
            segments[segments.count - 1] = Substring(rest)
        }
        return segments
    }
}

extension RandomAccessCollection {
    /// The first place of which `isAtOrAfter` holds, where it holds of all that follow one of which it does.
    func partitioningIndex(where isAtOrAfter: (Element) -> Bool) -> Index {
        var (low, count) = (startIndex, self.count)
        while count > 0 {
            let half = count / 2
            let middle = index(low, offsetBy: half)
            if isAtOrAfter(self[middle]) {
                count = half
            } else {
                low = index(after: middle)
                count -= half + 1
            }
        }
        return low
    }
}
