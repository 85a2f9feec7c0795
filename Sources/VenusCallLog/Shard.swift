/// Where a producer's entries go.
public enum Shard {
    /// hash(environment, service) mod shards, by FNV-1a over `environment NUL service`, so that every version and
    /// process agrees.
    public static func of(environment: String, service: String, shards: Int) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for byte in environment.utf8 { mix(byte) }
        mix(0)
        for byte in service.utf8 { mix(byte) }
        return Int(hash % UInt64(max(1, shards)))
    }
}
