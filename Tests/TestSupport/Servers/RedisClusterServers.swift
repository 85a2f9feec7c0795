import Foundation

/// A real Redis Cluster of three masters on loopback, with the slots shared out evenly.
public final class RedisClusterServers: Sendable {
    public static let slots = 16_384

    public let nodes: [RedisServer]
    /// As the nodes name each other.
    private let identities: [String]

    private let isTLS: Bool

    /// Starts it, and waits until all slots are served.
    ///
    /// - Parameter tls: the certificate of all nodes, where they speak TLS, and nothing else.
    public init(tls: ServerCertificate? = nil) async throws {
        isTLS = tls != nil
        var nodes: [RedisServer] = []
        var busPorts: [Int] = []
        for _ in 0..<3 {
            let busPort = try freePort()
            nodes.append(
                try await RedisServer(
                    tls: tls,
                    options: [
                        "--cluster-enabled", "yes", "--cluster-port", "\(busPort)", "--cluster-node-timeout", "3000",
                        "--cluster-config-file", "nodes.conf",
                    ] + (tls == nil ? [] : ["--tls-cluster", "yes"])))
            busPorts.append(busPort)
        }
        self.nodes = nodes
        var identities: [String] = []
        for (place, node) in nodes.enumerated() {
            let bounds = [place, place + 1].map { $0 * Self.slots / nodes.count }
            try await node.cli("CLUSTER", "ADDSLOTSRANGE", "\(bounds[0])", "\(bounds[1] - 1)")
            try await node.cli("CLUSTER", "SET-CONFIG-EPOCH", "\(place + 1)")
            identities.append(try await node.cli("CLUSTER", "MYID").trimmingCharacters(in: .whitespacesAndNewlines))
        }
        self.identities = identities
        for place in 1..<nodes.count {
            try await nodes[0].cli("CLUSTER", "MEET", "127.0.0.1", "\(nodes[place].port)", "\(busPorts[place])")
        }
        for node in nodes {
            try await eventually(within: .seconds(20), "a cluster that works") {
                let info = try await node.cli("CLUSTER", "INFO")
                return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")
            }
        }
    }

    /// Of all nodes.
    public var url: String { "redis\(isTLS ? "s" : "")+cluster://" + nodes.map(\.address).joined(separator: ",") }

    public func slot(of key: String) async throws -> Int {
        let text = try await nodes[0].cli("CLUSTER", "KEYSLOT", key)
        guard let slot = Int(text.filter { $0.isNumber }) else { throw TestFailure("KEYSLOT: \(text)") }
        return slot
    }

    /// The place of the node that has the slot.
    public func owner(of slot: Int) async throws -> Int {
        for place in nodes.indices {
            let lines = try await nodes[0].cli("CLUSTER", "NODES").split(separator: "\n")
            guard let line = lines.first(where: { $0.hasPrefix(identities[place]) }) else { continue }
            let ranges = line.split(separator: " ").dropFirst(8).map { $0.split(separator: "-").compactMap { Int($0) } }
            if ranges.contains(where: { $0.first.map { $0 <= slot } == true && $0.last.map { slot <= $0 } == true }) {
                return place
            }
        }
        throw TestFailure("no node has the slot \(slot)")
    }

    /// Moves a slot to the next node, as an operator does, with a pause at each step in which clients see it so.
    public func moveOn(_ slot: Int, pause: Duration = .milliseconds(150)) async throws {
        let from = try await owner(of: slot)
        let to = (from + 1) % nodes.count
        try await nodes[to].cli("CLUSTER", "SETSLOT", "\(slot)", "IMPORTING", identities[from])
        try await nodes[from].cli("CLUSTER", "SETSLOT", "\(slot)", "MIGRATING", identities[to])
        try await Task.sleep(for: pause)
        while true {
            let keys = try await nodes[from].cli("CLUSTER", "GETKEYSINSLOT", "\(slot)", "10")
                .split(separator: "\n").map { String($0) }.filter { !$0.isEmpty }
            if keys.isEmpty { break }
            try await nodes[from].cli(
                ["MIGRATE", "127.0.0.1", "\(nodes[to].port)", "", "0", "10000", "KEYS"] + keys)
        }
        try await Task.sleep(for: pause)
        for place in [to, from] + nodes.indices.filter({ $0 != to && $0 != from }) {
            try await nodes[place].cli("CLUSTER", "SETSLOT", "\(slot)", "NODE", identities[to])
        }
        try await eventually("the slot at its new node") { try await owner(of: slot) == to }
    }

    public func stop() async throws { for node in nodes { try await node.stop() } }
}
