/// Values by their keys, bounded in number and in bytes: a full table forgets what has not been asked for longest.
struct RecencyTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Node {
        var key: Key
        var value: Value
        var bytes: Int
        /// Neighbours in the order of use, as places in ``nodes``; −1 at the ends.
        var newer: Int
        var older: Int
    }

    private let maximumEntries: Int
    private let maximumBytes: Int
    private var places: [Key: Int] = [:]
    private var nodes: [Node] = []
    private var newest = -1
    private var oldest = -1
    /// What the values take, as their owners said.
    private(set) var bytes = 0

    /// At least one entry, whatever its size.
    init(maximumEntries: Int, maximumBytes: Int) {
        self.maximumEntries = max(1, maximumEntries)
        self.maximumBytes = maximumBytes
    }

    var count: Int { nodes.count }

    /// The value of a key, which now counts as used.
    mutating func use(_ key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        unlink(place)
        linkAsNewest(place)
        return nodes[place].value
    }

    /// Sets the value of a key, as used just now.
    mutating func set(_ key: Key, _ value: Value, bytes: Int) {
        remove(key)
        while count > 0, count >= maximumEntries || self.bytes + bytes > maximumBytes { removePlace(oldest) }
        nodes.append(Node(key: key, value: value, bytes: bytes, newer: -1, older: -1))
        places[key] = nodes.count - 1
        linkAsNewest(nodes.count - 1)
        self.bytes += bytes
    }

    mutating func remove(_ key: Key) { if let place = places[key] { removePlace(place) } }

    private mutating func removePlace(_ place: Int) {
        unlink(place)
        places[nodes[place].key] = nil
        bytes -= nodes[place].bytes
        let last = nodes.count - 1
        if place != last {
            // The last one moves into the gap.
            nodes[place] = nodes[last]
            places[nodes[place].key] = place
            let (newer, older) = (nodes[place].newer, nodes[place].older)
            if newer >= 0 { nodes[newer].older = place } else { newest = place }
            if older >= 0 { nodes[older].newer = place } else { oldest = place }
        }
        nodes.removeLast()
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (nodes[place].newer, nodes[place].older)
        if newer >= 0 { nodes[newer].older = older } else { newest = older }
        if older >= 0 { nodes[older].newer = newer } else { oldest = newer }
    }

    private mutating func linkAsNewest(_ place: Int) {
        nodes[place].newer = -1
        nodes[place].older = newest
        if newest >= 0 { nodes[newest].newer = place } else { oldest = place }
        newest = place
    }
}
