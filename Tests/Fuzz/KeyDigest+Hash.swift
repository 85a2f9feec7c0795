extension KeyDigest {
    /// In the place of SHA-256, whose library is not built for fuzzing: spreads any key over the digest, and keeps no
    /// secret.
    package init(of key: [UInt8]) {
        var words = SIMD8<UInt32>(repeating: UInt32(truncatingIfNeeded: key.count))
        for (place, byte) in key.enumerated() {
            words = words &* 16_777_619
            words[place % 8] ^= UInt32(byte)
            words[(place + 1) % 8] &+= words[place % 8]
        }
        self.init(words: words)
    }
}
