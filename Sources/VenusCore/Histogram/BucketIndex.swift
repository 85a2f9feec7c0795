/// The buckets of the latency histogram: OpenTelemetry's base-2 exponential histogram at scale 6, in seconds.
///
/// Bucket `i` holds the values in (2^(i/64), 2^((i+1)/64)], as OTLP has it; Prometheus' native histograms (schema 6)
/// number the same bucket `i + 1`. Values outside 1 µs … 1 h are clamped into the outermost buckets. Relative error of
/// an estimate is at most 0.55 %. Source: OpenTelemetry metrics data model, "ExponentialHistogram".
public enum BucketIndex {
    public static let scale = 6
    /// Index of the bucket that holds 1 µs.
    public static let lowest = -1_276
    /// Index of the highest bucket, that of 1 h.
    public static let highest = 755
    /// How many buckets there are between ``lowest`` and ``highest``.
    public static let count = highest - lowest + 1

    /// The index of the bucket that holds this many microseconds, within ``lowest`` … ``highest``. Exact.
    public static func index(microseconds: UInt32) -> Int {
        guard microseconds > 1 else { return lowest }
        return index(seconds: Double(microseconds) / 1_000_000)
    }

    /// The index of the bucket that holds this many seconds, within ``lowest`` … ``highest``, to the last bit: by a
    /// table. What is not above zero belongs to the lowest.
    public static func index(seconds: Double) -> Int {
        guard seconds >= .leastNormalMagnitude else { return lowest }
        guard seconds < .infinity else { return highest }
        let bits = seconds.bitPattern
        let exponent = Int(bits >> 52) - 1_023
        let mantissa = bits & ((1 << 52) - 1)
        // An interval of a 128th of the mantissa holds one boundary at most: a table and one compare find the bucket.
        let candidate = Int(firstBoundary[Int(mantissa >> 45)])
        // Upper-inclusive: a value equal to a boundary belongs below it, so only a greater one moves on.
        let passed = candidate < 64 && mantissa > boundaries[candidate] ? candidate + 1 : candidate
        return min(max(exponent * 64 + passed - 1, lowest), highest)
    }

    /// The lower bound of a bucket in seconds (exclusive); its upper bound is the next one's lower.
    public static func lowerBound(_ index: Int) -> Double {
        let exponent = index >> 6
        return Double(
            sign: .plus, exponent: exponent, significand: Double(bitPattern: one | boundaries[index & 63]))
    }

    /// The value in seconds that stands for a bucket: 2·lo·hi / (lo + hi), which halves the relative error both ways.
    public static func representative(_ index: Int) -> Double {
        let low = lowerBound(index)
        let high = lowerBound(index + 1)
        return 2 * low * high / (low + high)
    }

    private static let one: UInt64 = 1_023 << 52

    /// Mantissa bits of 2^(j/64), j in 0 ..< 64, each rounded to the nearest double: built by repeated square roots,
    /// which IEEE 754 rounds correctly, and products of them.
    private static let boundaries: [UInt64] = (0..<64).map { step in
        guard step > 0 else { return 0 }
        return exp2Fraction(step).bitPattern & ((1 << 52) - 1)
    }

    /// For each 128th of the mantissa, the first boundary that is not below the interval's start.
    private static let firstBoundary: [UInt8] = (0..<128).map { interval in
        let start = UInt64(interval) << 45
        return UInt8(boundaries.firstIndex { $0 >= start } ?? 64)
    }

    /// 2^(step/64) to well below half an ulp, in double-double arithmetic, rounded once.
    private static func exp2Fraction(_ step: Int) -> Double {
        var high = 1.0
        var low = 0.0
        var root = (high: 2.0, low: 0.0)
        for bit in stride(from: 5, through: 0, by: -1) {
            root = squareRoot(root)
            if step & (1 << bit) != 0 { (high, low) = product((high, low), root) }
        }
        return high + low
    }

    private static func product(
        _ a: (high: Double, low: Double), _ b: (high: Double, low: Double)
    ) -> (Double, Double) {
        let high = a.high * b.high
        let error = (-high).addingProduct(a.high, b.high)
        let low = error + (a.high * b.low + a.low * b.high)
        let sum = high + low
        return (sum, low - (sum - high))
    }

    private static func squareRoot(_ a: (high: Double, low: Double)) -> (high: Double, low: Double) {
        let root = a.high.squareRoot()
        let remainder = a.high.addingProduct(-root, root) + a.low
        let low = remainder / (2 * root)
        let sum = root + low
        return (sum, low - (sum - root))
    }
}
