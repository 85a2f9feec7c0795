import Foundation

/// SplitMix64: the same numbers in every run, so that a failure can be seen again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A duration between 1 µs and 1 h, as likely in every decade.
    mutating func microseconds() -> UInt32 {
        let exponent = Double.random(in: 0...1, using: &self)
        return UInt32(pow(3_600_000_000.0, exponent).rounded())
    }
}
