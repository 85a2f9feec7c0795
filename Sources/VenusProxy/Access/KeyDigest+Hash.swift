import Crypto

extension KeyDigest {
    /// Of a key as its service sends it.
    package init(of key: [UInt8]) {
        var words = SIMD8<UInt32>()
        for (place, byte) in SHA256.hash(data: key).enumerated() {
            words[place / 4] = words[place / 4] << 8 | UInt32(byte)
        }
        self.init(words: words)
    }
}
