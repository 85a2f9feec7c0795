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
    /// What the next session begins with.
    var resumption: TLSResumption?

    init(names: LeafNames, expires: SteadyTime) {
        self.names = names
        self.expires = expires
    }
}

/// The origins of a loop, by target, and how many tunnels to them are intercepted.
struct SecureOrigins {
    private var origins: [SecureOrigin?] = []
    private var tunnels: [Int32] = []

    /// A tunnel to the target begins: it needs the target until its end, with a connection or without.
    mutating func hold(_ target: Int32) {
        if Int(target) >= tunnels.count {
            tunnels.append(contentsOf: repeatElement(0, count: Int(target) + 1 - tunnels.count))
        }
        tunnels[Int(target)] += 1
    }

    mutating func letGo(_ target: Int32) { tunnels[Int(target)] -= 1 }

    func isHeld(_ target: Int32) -> Bool { Int(target) < tunnels.count && tunnels[Int(target)] > 0 }

    subscript(target: Int32) -> SecureOrigin? {
        get { Int(target) < origins.count ? origins[Int(target)] : nil }
        set {
            if Int(target) >= origins.count {
                guard newValue != nil else { return }
                origins.append(contentsOf: repeatElement(nil, count: Int(target) + 1 - origins.count))
            }
            origins[Int(target)] = newValue
        }
    }
}
