/// Which node of a Redis Cluster has which slot, as far as it is known.
package struct ClusterSlots: Sendable, Hashable {
    package static let count = 16_384
    /// Most masters that a cluster can have.
    private static let maximumNodes = 1_000

    private var nodes: [RedisAddress] = []
    /// Place of the slot's node, counted from 1; 0 where none is known.
    private var places = [UInt16](repeating: 0, count: count)

    /// Nothing is known yet.
    package init() {}

    /// Reads the answer to `CLUSTER SLOTS`; `nil` where it cannot be read.
    ///
    /// - Parameter asked: who answered: a node that does not know its own address means this one.
    package init?(_ reply: RedisReply, from asked: RedisAddress) {
        guard case .array(let ranges) = reply, ranges.count <= Self.count else { return nil }
        for range in ranges {
            // First and last slot, the master, its replicas; of a node its host, port, and more.
            guard case .array(let parts) = range, parts.count >= 3, case .integer(let first) = parts[0],
                case .integer(let last) = parts[1], first >= 0, first <= last, last < Int64(Self.count),
                case .array(let master) = parts[2], master.count >= 2, case .integer(let port) = master[1],
                (1...65_535).contains(port)
            else { return nil }
            let host = master[0].text.flatMap { $0.isEmpty || $0 == "?" ? nil : $0 } ?? asked.host
            guard let place = place(of: RedisAddress(host: host, port: Int(port))) else { return nil }
            for slot in first...last { places[Int(slot)] = place }
        }
    }

    package func node(of slot: Int) -> RedisAddress? {
        let place = places[slot]
        return place == 0 ? nil : nodes[Int(place) - 1]
    }

    /// The slot has gone to this node.
    package mutating func move(_ slot: Int, to node: RedisAddress) {
        guard let place = place(of: node) else { return }
        places[slot] = place
    }

    /// All nodes that were named.
    package var known: [RedisAddress] { nodes }

    /// The slot of a key: of the part in the first braces, where there is one, so that it can be chosen.
    package static func slot(of key: [UInt8]) -> Int {
        var hashed = key[...]
        if let open = key.firstIndex(of: UInt8(ascii: "{")),
            let close = key[open...].firstIndex(of: UInt8(ascii: "}")), close > open + 1
        {
            hashed = key[(open + 1)..<close]
        }
        return Int(crc16(hashed)) % count
    }

    /// CRC-16/XMODEM: polynomial 0x1021, from 0.
    private static func crc16(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        bytes.reduce(into: UInt16(0)) { crc, byte in
            crc ^= UInt16(byte) << 8
            for _ in 0..<8 { crc = crc & 0x8000 != 0 ? crc << 1 ^ 0x1021 : crc << 1 }
        }
    }

    /// The node's place, a new one where it has none yet; `nil` where there are too many.
    private mutating func place(of node: RedisAddress) -> UInt16? {
        if let known = nodes.firstIndex(of: node) { return UInt16(known + 1) }
        guard nodes.count < Self.maximumNodes else { return nil }
        nodes.append(node)
        return UInt16(nodes.count)
    }
}
