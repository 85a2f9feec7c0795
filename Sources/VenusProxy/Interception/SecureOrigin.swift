/// What a loop knows of an origin that it has met by TLS. Confined to its loop's thread.
final class SecureOrigin {
    /// How long it is taken for what it was; then it is met again before a client is.
    static let lifetime: UInt64 = 600_000_000

    /// Those of the certificate that clients see in the place of the origin's.
    var names: LeafNames { didSet { leaf = nil } }
    /// The leaf of these names, once there was one.
    var leaf: LeafCertificate?
    /// From when on it has to be met again.
    var expires: SteadyTime
    /// Whether HTTP/2 was agreed on the last time that it was offered.
    var speaksHTTP2 = false
    /// The newest HTTP/2 connection to it; −1: there is none.
    var http2: Int32 = -1
    /// The client that a connection of HTTP/2 is being made for, if it is still there and leads others.
    var leader: (slot: Int32, generation: UInt32)?
    /// What the next session begins with.
    var resumption: TLSResumption?

    init(names: LeafNames, expires: SteadyTime) {
        self.names = names
        self.expires = expires
    }
}

/// The origins of a loop, by target, and how many tunnels to them are intercepted.
struct SecureOrigins {
    /// Origins kept at most, of about 20 KB each; beyond, another is forgotten, and met again when it is needed.
    private static let maximum = 512

    private var origins: [SecureOrigin?] = []
    private var count = 0
    private var hand = 0
    private var tunnels: [Int32] = []

    /// The origin of a target; `nil` where it was not met, or forgotten.
    subscript(target: Int32) -> SecureOrigin? {
        get { Int(target) < origins.count ? origins[Int(target)] : nil }
        set {
            forget(target)
            if let newValue { add(target, newValue) }
        }
    }

    private mutating func add(_ target: Int32, _ origin: SecureOrigin) {
        if Int(target) >= origins.count {
            origins.append(contentsOf: repeatElement(nil, count: Int(target) + 1 - origins.count))
        }
        while count >= Self.maximum {
            hand = (hand + 1) % origins.count
            forget(Int32(hand))
        }
        origins[Int(target)] = origin
        count += 1
    }

    private mutating func forget(_ target: Int32) {
        guard Int(target) < origins.count, origins[Int(target)] != nil else { return }
        origins[Int(target)] = nil
        count -= 1
    }

    /// A tunnel to the target begins: it needs the target until its end, with a connection or without.
    mutating func hold(_ target: Int32) {
        if Int(target) >= tunnels.count {
            tunnels.append(contentsOf: repeatElement(0, count: Int(target) + 1 - tunnels.count))
        }
        tunnels[Int(target)] += 1
    }

    mutating func letGo(_ target: Int32) { tunnels[Int(target)] -= 1 }

    func isHeld(_ target: Int32) -> Bool { Int(target) < tunnels.count && tunnels[Int(target)] > 0 }
}
