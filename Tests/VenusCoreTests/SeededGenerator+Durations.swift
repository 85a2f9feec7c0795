import Foundation
import TestSupport

extension SeededGenerator {
    /// A duration between 1 µs and 1 h, as likely in every decade.
    mutating func microseconds() -> UInt32 {
        let exponent = Double.random(in: 0...1, using: &self)
        return UInt32(pow(3_600_000_000.0, exponent).rounded())
    }
}
