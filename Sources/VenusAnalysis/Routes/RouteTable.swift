package import VenusCore
package import VenusStore

/// The routes of a shard's edges: says under which template an operation is counted, and what of that must be kept so
/// that the next owner says the same.
///
/// Asked once a block for each of its operations. What it answered is remembered, so that a known operation costs one
/// look-up. Bounded by edges and by nodes: the edges whose routes were not needed for longest are forgotten first.
package struct RouteTable: Sendable {
    package struct Bounds: Sendable, Hashable {
        package var edges: Int
        /// Of all edges; some 130 bytes each at worst.
        package var nodes: Int
        /// Answers that are remembered.
        package var answers: Int

        package init(edges: Int = 50_000, nodes: Int = 250_000, answers: Int = 50_000) {
            self.edges = edges
            self.nodes = nodes
            self.answers = answers
        }
    }

    /// How long the routes of an edge without calls are kept, in milliseconds.
    package static let memory: Int64 = 35 * 86_400 * 1_000
    /// How exactly it is known when an edge was last used, in milliseconds.
    package static let renewal: Int64 = 86_400 * 1_000

    private struct Edge: Sendable {
        var trie: RouteTrie
        /// Milliseconds since the epoch.
        var usedAt: Int64
    }

    private let bounds: Bounds
    private var edges: [SeriesKey: Edge] = [:]
    private var nodes = 0
    private var answers: [SeriesKey: SeriesKey] = [:]
    private var changed: Set<SeriesKey> = []
    private var renewAt: Int64

    /// - Parameters:
    ///   - stored: newest first. Routes that cannot be read are learned anew.
    ///   - now: milliseconds since the epoch.
    package init(_ stored: [EdgeRoutes] = [], bounds: Bounds = Bounds(), now: Int64) {
        self.bounds = bounds
        renewAt = now + Self.renewal
        for routes in stored where edges[routes.edge] == nil {
            guard let trie = try? RouteTrie(encoded: routes.routes), edges.count < bounds.edges,
                nodes + trie.nodeCount <= bounds.nodes
            else { continue }
            edges[routes.edge] = Edge(trie: trie, usedAt: routes.usedAt)
            nodes += trie.nodeCount
        }
    }

    package var edgeCount: Int { edges.count }
    package var nodeCount: Int { nodes }

    /// The key under which a service's calls of an operation are counted, at the level operation.
    package mutating func key(of operation: Operation, by producer: Producer, now: Int64) -> SeriesKey {
        let raw = SeriesKey.operation(
            operation.name, service: producer.service, dependency: operation.dependency,
            environment: producer.environment)
        if let known = answers[raw] { return known }
        // What has no path has nothing that could be many.
        guard !operation.isTunnel, operation.route.utf8.first == UInt8(ascii: "/") else { return raw }
        // Counted under `_overflow` anyway, and not to be kept.
        let names = [raw.environment, raw.service, raw.dependency, raw.operation]
        guard names.allSatisfy({ $0.utf8.count <= KeyTable.maximumNameBytes }) else { return raw }
        let key = learn(operation, raw, now: now)
        if answers.count >= bounds.answers { answers.removeAll() }
        answers[raw] = key
        return key
    }

    private mutating func learn(_ operation: Operation, _ raw: SeriesKey, now: Int64) -> SeriesKey {
        let edgeKey = raw.key(at: .edge)
        if edges[edgeKey] == nil, edges.count >= bounds.edges || nodes + RouteTrie.maximumDepth >= bounds.nodes {
            forgetOldest()
        }
        // Taken out and put back, so that the tree has one owner and is changed in place.
        var edge = edges.removeValue(forKey: edgeKey) ?? Edge(trie: RouteTrie(), usedAt: .min)
        let before = edge.trie.nodeCount
        let answer = edge.trie.template(of: operation.route, method: operation.method)
        let isOld = edge.usedAt < now - Self.renewal
        if isOld { edge.usedAt = now }
        let after = edge.trie.nodeCount
        edges[edgeKey] = edge
        nodes += after - before
        var key = raw
        switch answer {
        case .template(let template):
            if after != before || isOld { changed.insert(edgeKey) }
            key.operation = operation.name(route: template)
        case .collapsed(let template):
            changed.insert(edgeKey)
            answers.removeAll()
            key.operation = operation.name(route: template)
        case .overflow: key.operation = KeyTable.overflow(of: raw.operation)
        }
        if nodes > bounds.nodes { forgetOldest() }
        return key
    }

    /// A quarter of the edges, at least one.
    private mutating func forgetOldest() {
        let oldest = edges.map { ($0.value.usedAt, $0.key) }.sorted { $0 < $1 }.prefix(max(1, edges.count / 4))
        for (_, key) in oldest { forget(key) }
        answers.removeAll()
    }

    private mutating func forget(_ key: SeriesKey) {
        nodes -= edges.removeValue(forKey: key)?.trie.nodeCount ?? 0
        changed.remove(key)
    }

    /// Gives up what it remembers of operations; they are asked for again.
    package mutating func forgetAnswers() { answers = [:] }

    /// What changed since the last time, for one commit.
    package mutating func takeChanges(now: Int64) -> [EdgeRoutes] {
        let routes = changed.sorted().compactMap { key in
            edges[key].map { EdgeRoutes(edge: key, routes: $0.trie.encoded, usedAt: $0.usedAt) }
        }
        changed.removeAll(keepingCapacity: true)
        if now >= renewAt {
            renewAt = now + Self.renewal
            for key in edges.filter({ $0.value.usedAt < now - Self.memory }).map(\.key) { forget(key) }
            // Asked again, every edge in use is found to be.
            answers.removeAll()
        }
        return routes
    }
}
