/// A W3C trace id: 16 bytes, not all zero, written as 32 lower-case hexadecimal digits.
public struct TraceID: Sendable, Hashable, CustomStringConvertible {
    /// The first eight bytes, the most significant first.
    public let high: UInt64
    /// The other eight.
    public let low: UInt64

    /// `nil` for the id of all zeros, which stands for none.
    public init?(high: UInt64, low: UInt64) {
        guard high != 0 || low != 0 else { return nil }
        self.high = high
        self.low = low
    }

    /// Reads exactly 32 lower-case hexadecimal digits.
    public init?(_ digits: some Collection<UInt8>) {
        guard digits.count == 32 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for digit in digits {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            default: return nil
            }
            high = high << 4 | low >> 60
            low = low << 4 | UInt64(value)
        }
        self.init(high: high, low: low)
    }

    /// Appends the 32 digits to `output`.
    public func append(to output: inout [UInt8]) {
        for half in [high, low] {
            for shift in stride(from: 60, through: 0, by: -4) {
                let value = UInt8(truncatingIfNeeded: half >> UInt64(shift)) & 0xF
                output.append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
            }
        }
    }

    public var description: String {
        var output: [UInt8] = []
        append(to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}
