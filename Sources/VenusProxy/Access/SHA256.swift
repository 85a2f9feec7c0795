/// SHA-256 (FIPS 180-4, section 6.2), for keys of a few dozen bytes: so that the data plane needs no cryptographic
/// library for it. Nothing it does depends on what the bytes are.
package enum SHA256 {
    /// The digest as eight words, its first byte in the highest place of the first.
    package static func digest(_ bytes: [UInt8]) -> SIMD8<UInt32> {
        var state = initial
        var words: InlineArray<64, UInt32> = .init(repeating: 0)
        for block in stride(from: 0, to: padded(bytes.count), by: 64) {
            for place in 0..<64 {
                words[place / 4] = words[place / 4] << 8 | UInt32(byte(bytes, at: block + place))
            }
            compress(&state, &words)
        }
        return state
    }

    /// Bytes with the padding: a multiple of 64, with room for a bit and the length (section 5.1.1).
    private static func padded(_ count: Int) -> Int { (count + 8) / 64 * 64 + 64 }

    /// A byte of the padded message.
    private static func byte(_ bytes: [UInt8], at place: Int) -> UInt8 {
        if place < bytes.count { return bytes[place] }
        if place == bytes.count { return 0x80 }
        let fromEnd = padded(bytes.count) - 1 - place
        return fromEnd < 8 ? UInt8(truncatingIfNeeded: (UInt64(bytes.count) * 8) >> UInt64(8 * fromEnd)) : 0
    }

    private static func compress(_ state: inout SIMD8<UInt32>, _ words: inout InlineArray<64, UInt32>) {
        for place in 16..<64 {
            let (early, late) = (words[place - 15], words[place - 2])
            let small0 = right(early, 7) ^ right(early, 18) ^ early >> 3
            let small1 = right(late, 17) ^ right(late, 19) ^ late >> 10
            words[place] = words[place - 16] &+ small0 &+ words[place - 7] &+ small1
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for round in 0..<64 {
            let choice = e & f ^ ~e & g
            let majority = a & b ^ a & c ^ b & c
            let first = h &+ (right(e, 6) ^ right(e, 11) ^ right(e, 25)) &+ choice &+ constants[round] &+ words[round]
            let second = (right(a, 2) ^ right(a, 13) ^ right(a, 22)) &+ majority
            (h, g, f, e) = (g, f, e, d &+ first)
            (d, c, b, a) = (c, b, a, first &+ second)
        }
        state &+= SIMD8(a, b, c, d, e, f, g, h)
    }

    private static func right(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

    /// The fractional parts of the square roots of the first 8 primes (section 5.3.3).
    private static let initial = SIMD8<UInt32>(
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)

    /// The fractional parts of the cube roots of the first 64 primes (section 4.2.2).
    private static let constants: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}
