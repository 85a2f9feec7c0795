/// Just enough exact arithmetic to decide on which side of an irrational boundary a number lies.
struct WideInteger: Comparable {
    /// Least significant first, without leading zeros.
    private var limbs: [UInt32]

    init(_ value: UInt64) {
        limbs = [UInt32(truncatingIfNeeded: value), UInt32(value >> 32)]
        trim()
    }

    static func * (left: WideInteger, right: WideInteger) -> WideInteger {
        var result = WideInteger(0)
        result.limbs = Array(repeating: 0, count: left.limbs.count + right.limbs.count)
        for (i, a) in left.limbs.enumerated() {
            var carry: UInt64 = 0
            for (j, b) in right.limbs.enumerated() {
                let sum = UInt64(a) * UInt64(b) + UInt64(result.limbs[i + j]) + carry
                result.limbs[i + j] = UInt32(truncatingIfNeeded: sum)
                carry = sum >> 32
            }
            result.limbs[i + right.limbs.count] = UInt32(carry)
        }
        result.trim()
        return result
    }

    /// To the power of 2^`times`.
    func squared(times: Int) -> WideInteger { (0..<times).reduce(self) { value, _ in value * value } }

    static func powerOfTwo(_ exponent: Int) -> WideInteger {
        var result = WideInteger(0)
        result.limbs = Array(repeating: 0, count: exponent / 32) + [1 << UInt32(exponent % 32)]
        return result
    }

    static func < (left: WideInteger, right: WideInteger) -> Bool {
        guard left.limbs.count == right.limbs.count else { return left.limbs.count < right.limbs.count }
        for (a, b) in zip(left.limbs, right.limbs).reversed() where a != b { return a < b }
        return false
    }

    private mutating func trim() { while limbs.last == 0 { limbs.removeLast() } }
}
