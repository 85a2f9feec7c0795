/// What a node of a Redis Cluster answers to a command about a key that another node has.
package struct RedisRedirection: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// The slot is the other node's, from now on.
        case moved
        /// The slot is on its way: ask the other node, for this one command.
        case ask
    }

    package var kind: Kind
    package var slot: Int
    /// Its host is empty where it is that of the node that answered.
    package var address: RedisAddress

    /// Reads `MOVED SLOT HOST:PORT` or `ASK SLOT HOST:PORT`; `nil` for any other error.
    package init?(error text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 3, let slot = Int(parts[1]), (0..<ClusterSlots.count).contains(slot),
            let colon = parts[2].lastIndex(of: ":"), let port = Int(parts[2][parts[2].index(after: colon)...]),
            (1...65_535).contains(port)
        else { return nil }
        switch parts[0] {
        case "MOVED": kind = .moved
        case "ASK": kind = .ask
        default: return nil
        }
        self.slot = slot
        let host = parts[2][..<colon]
        address = RedisAddress(host: host == "?" ? "" : String(host), port: port)
    }
}
