/// A host and port that calls go to, as one loop knows it.
struct Target {
    /// Lower case; an IPv6 address without brackets.
    var host: [UInt8]
    var port: UInt16
    /// Whether TLS is spoken with it.
    var isSecure: Bool
    fileprivate var hash: UInt64 = 0
    /// The upstream proxy that calls in plain HTTP go through, among the targets; −1: none.
    var plainParent: Int32 = -1
    /// The one that tunnels go through.
    var tunnelParent: Int32 = -1
    /// In the order in which to try them; empty until the name was resolved.
    private(set) var addresses: [IPAddress] = []
    /// From when on the name is resolved anew; never for an address.
    private(set) var addressesExpire = SteadyTime.zero
    /// The address that took the last connection: its place among them.
    var workedLast = 0
    /// Another one for each target, and each time that its addresses change.
    fileprivate(set) var version: UInt64 = 0

    init(host: [UInt8], port: UInt16, isSecure: Bool) {
        self.host = host
        self.port = port
        self.isSecure = isSecure
    }

    /// What the name stands for from now on. The address that worked last is the first to try, if it is still there.
    mutating func setAddresses(_ next: [IPAddress], expire: SteadyTime) {
        let best = workedLast < addresses.count ? addresses[workedLast] : nil
        workedLast = best.flatMap { next.firstIndex(of: $0) } ?? 0
        if next != addresses { version += 1 }
        addresses = next
        addressesExpire = expire
    }
}

/// The targets of one loop by host and port, found without allocating. Bounded: a full table forgets a target that has
/// no connection, and refuses a new one only if there is none of that kind. Some are fixed: the upstream proxies, which
/// are the first, and are found by nobody who calls their host and port.
struct TargetTable {
    static let none: Int32 = -1

    private(set) var targets: [Target?] = []
    private let maximum: Int
    private let fixed: Int
    /// Open addressing with linear probing, at most half full; indices of `targets`.
    private var places: [Int32]
    /// Drawn at the start, so that nobody can choose hosts that collide.
    private let seed: UInt64
    private var freed: [Int32] = []
    private var hand = 0
    /// Targets so far, in the upper half of their versions.
    private var serial: UInt64 = 0

    init(maximum: Int, fixed: [Target] = [], seed: UInt64 = .random(in: .min ... .max)) {
        targets = fixed
        self.fixed = fixed.count
        self.maximum = maximum + fixed.count
        self.seed = seed
        var size = 64
        while size < maximum * 2 { size *= 2 }
        places = [Int32](repeating: Self.none, count: size)
    }

    subscript(index: Int32) -> Target {
        // An index is given out for a target in use, which is never forgotten.
        get { targets[Int(index)]! }
        _modify { yield &targets[Int(index)]! }
    }

    /// ``Target/version``, without a copy of the target.
    @inline(__always)
    func version(of index: Int32) -> UInt64 { targets[Int(index)]?.version ?? 0 }

    /// Whether the index names this host and port; any index may be asked about.
    func matches(_ index: Int32, _ bytes: Span<UInt8>, _ host: ByteRange, port: UInt16, isSecure: Bool = false) -> Bool
    {
        guard index >= 0, Int(index) < targets.count, let target = targets[Int(index)] else { return false }
        return target.port == port && target.isSecure == isSecure && Self.equal(target.host, bytes, host)
    }

    /// The index of a host and port, added if it is new; `nil` when the table is full of targets in use.
    mutating func index(
        of bytes: Span<UInt8>, _ host: ByteRange, port: UInt16, isSecure: Bool = false, isUnused: (Int32) -> Bool
    ) -> (index: Int32, isNew: Bool)? {
        let hash = hash(bytes, host, port: port)
        var place = Int(hash % UInt64(places.count))
        while places[place] != Self.none {
            let index = places[place]
            if let target = targets[Int(index)], target.hash == hash, target.port == port, target.isSecure == isSecure,
                Self.equal(target.host, bytes, host)
            {
                return (index, false)
            }
            place = (place + 1) % places.count
        }
        guard let index = freshIndex(isUnused: isUnused) else { return nil }
        var name: [UInt8] = []
        name.reserveCapacity(host.count)
        for offset in host.start..<host.end { name.append(ByteClass.lowercased(bytes[offset])) }
        serial += 1
        var target = Target(host: name, port: port, isSecure: isSecure)
        target.hash = hash
        target.version = serial << 32
        targets[Int(index)] = target
        insert(index, hash: hash)
        return (index, true)
    }

    private mutating func freshIndex(isUnused: (Int32) -> Bool) -> Int32? {
        if let index = freed.popLast() { return index }
        if targets.count < maximum {
            targets.append(nil)
            return Int32(targets.count - 1)
        }
        for _ in 0..<targets.count {
            hand = (hand + 1) % targets.count
            guard hand >= fixed, let target = targets[hand], isUnused(Int32(hand)) else { continue }
            remove(Int32(hand), hash: target.hash)
            targets[hand] = nil
            return Int32(hand)
        }
        return nil
    }

    private mutating func insert(_ index: Int32, hash: UInt64) {
        var place = Int(hash % UInt64(places.count))
        while places[place] != Self.none { place = (place + 1) % places.count }
        places[place] = index
    }

    /// Takes an index out and inserts what followed it again, so that no gap cuts a chain.
    private mutating func remove(_ index: Int32, hash: UInt64) {
        var place = Int(hash % UInt64(places.count))
        while places[place] != index { place = (place + 1) % places.count }
        places[place] = Self.none
        place = (place + 1) % places.count
        while places[place] != Self.none {
            let follower = places[place]
            places[place] = Self.none
            if let target = targets[Int(follower)] { insert(follower, hash: target.hash) }
            place = (place + 1) % places.count
        }
    }

    private func hash(_ bytes: Span<UInt8>, _ host: ByteRange, port: UInt16) -> UInt64 {
        var hash = seed ^ UInt64(port)
        for place in host.start..<host.end {
            hash = (hash ^ UInt64(ByteClass.lowercased(bytes[place]))) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
        }
        return hash
    }

    private static func equal(_ name: [UInt8], _ bytes: Span<UInt8>, _ host: ByteRange) -> Bool {
        guard name.count == host.count else { return false }
        for place in 0..<name.count where name[place] != ByteClass.lowercased(bytes[host.start + place]) {
            return false
        }
        return true
    }
}
