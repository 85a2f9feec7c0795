import NIOCore

/// The way to the nodes of a Redis Cluster: knows which node has which slot, and follows it when it moves.
actor RedisCluster {
    /// Nodes that one command is sent to at most, one after another.
    static let maximumRedirections = 5
    /// How long a node may take to say who has which slots.
    static let slotsTimeout: Duration = .seconds(3)

    private let url: RedisURL
    private let tls: RedisTLS?
    private let eventLoops: any EventLoopGroup
    private var slots = ClusterSlots()
    private var clients: [RedisAddress: RedisClient] = [:]
    /// What is known of the slots may be wrong: a node did not answer.
    private var isStale = true
    private var refreshing: Task<Void, any Error>?
    private var isClosed = false

    init(url: RedisURL, tls: RedisTLS?, on eventLoops: any EventLoopGroup) {
        self.url = url
        self.tls = tls
        self.eventLoops = eventLoops
    }

    /// Sends a command about the key to the node that has it. Throws ``CallLogError``.
    ///
    /// A node that refuses because the key is elsewhere has done nothing, so that the command is sent again, to the
    /// other.
    func send(_ command: [[UInt8]], for key: [UInt8], timeout: Duration) async throws -> RedisReply {
        let slot = ClusterSlots.slot(of: key)
        var asked: RedisAddress?
        for _ in 0...Self.maximumRedirections {
            if isStale, asked == nil { try await refresh() }
            guard let node = asked ?? slots.node(of: slot) else {
                isStale = true
                throw CallLogError(.unavailable, "no node of the Redis Cluster has the slot \(slot)")
            }
            do {
                return try await client(of: node).send(command, isAsking: asked != nil, timeout: timeout)
            } catch let redirection as RedisRedirection {
                var address = redirection.address
                if address.host.isEmpty { address.host = node.host }
                switch redirection.kind {
                case .moved:
                    slots.move(redirection.slot, to: address)
                    asked = nil
                case .ask: asked = address
                }
            } catch let error as CallLogError where error.code == .unavailable {
                // Its slots may have gone to another node by now.
                isStale = true
                throw error
            }
        }
        isStale = true
        throw CallLogError(.unavailable, "the nodes of the Redis Cluster send us from one to another")
    }

    func close() async {
        isClosed = true
        refreshing?.cancel()
        for client in clients.values { await client.close() }
        clients = [:]
    }

    private func client(of node: RedisAddress) throws -> RedisClient {
        if isClosed { throw CallLogError(.closed, "the call log was closed") }
        if let known = clients[node] { return known }
        let client = RedisClient(url: url, addresses: [node], tls: tls, on: eventLoops)
        clients[node] = client
        return client
    }

    /// Asks any node for the slots; several that want it wait for the same answer.
    private func refresh() async throws {
        if let refreshing { return try await refreshing.value }
        let task = Task { try await self.askForSlots() }
        refreshing = task
        defer { refreshing = nil }
        try await task.value
    }

    private func askForSlots() async throws {
        let seeds = url.addresses.filter { !slots.known.contains($0) }
        var lastError = CallLogError(.unavailable, "no node of the Redis Cluster answers")
        for node in slots.known.shuffled() + seeds.shuffled() {
            do throws(CallLogError) {
                slots = try await askForSlots(node)
                isStale = false
                await forgetClients()
                return
            } catch { lastError = error }
        }
        throw lastError
    }

    private func askForSlots(_ node: RedisAddress) async throws(CallLogError) -> ClusterSlots {
        let reply: RedisReply
        do {
            reply = try await client(of: node).send(
                [Array("CLUSTER".utf8), Array("SLOTS".utf8)], isAsking: false, timeout: Self.slotsTimeout)
        } catch { throw error as? CallLogError ?? CallLogError(.unavailable, "\(error)") }
        guard let slots = ClusterSlots(reply, from: node) else {
            throw CallLogError(.protocolViolation, "Redis answered CLUSTER SLOTS with something unexpected")
        }
        guard !slots.known.isEmpty else { throw CallLogError(.unavailable, "the Redis Cluster has no slots yet") }
        return slots
    }

    /// Those of nodes that are no more.
    private func forgetClients() async {
        let known = Set(slots.known + url.addresses)
        for (node, client) in clients where !known.contains(node) {
            clients[node] = nil
            await client.close()
        }
    }
}
