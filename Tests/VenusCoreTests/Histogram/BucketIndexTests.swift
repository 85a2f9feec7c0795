import Foundation
import Testing
import TestSupport
import VenusCore

@Suite("Buckets of the latency histogram")
struct BucketIndexTests {
    /// 10^384: microseconds to the 64th power in a second to the 64th power.
    private static let second = WideInteger(1_000_000).squared(times: 6)

    /// Whether `microseconds` is above 2^(index/64) seconds, decided with whole numbers: v⁶⁴ > 2^index · 10³⁸⁴.
    private func isAbove(_ microseconds: UInt32, boundary index: Int) -> Bool {
        let value = WideInteger(UInt64(microseconds)).squared(times: 6)
        return index >= 0
            ? value > WideInteger.powerOfTwo(index) * Self.second
            : value * WideInteger.powerOfTwo(-index) > Self.second
    }

    @Test("are exact at every boundary, for the whole microseconds around it")
    func boundaries() {
        for index in BucketIndex.lowest...BucketIndex.highest {
            let nearest = UInt32((exp2(Double(index) / 64) * 1_000_000).rounded(.down))
            for value in [nearest &- 1, nearest, nearest + 1, nearest + 2] where value > 1 && value <= 3_600_000_000 {
                let bucket = BucketIndex.index(microseconds: value)
                #expect(isAbove(value, boundary: bucket), "\(value) µs lies below bucket \(bucket)")
                #expect(!isAbove(value, boundary: bucket + 1), "\(value) µs lies above bucket \(bucket)")
            }
        }
    }

    @Test("include their upper bound, as OTLP has it", arguments: [-6, -5, -4, -3, -2, -1, 0, 1, 2, 5, 6])
    func upperInclusive(_ exponent: Int) {
        // The only boundaries that are whole microseconds: powers of two.
        let value = UInt32(exp2(Double(exponent)) * 1_000_000)
        #expect(BucketIndex.index(microseconds: value) == exponent * 64 - 1)
        #expect(BucketIndex.index(microseconds: value + 1) == exponent * 64)
    }

    @Test("clamp what is shorter than 1 µs or longer than 1 h")
    func clamped() {
        #expect(BucketIndex.index(microseconds: 0) == BucketIndex.lowest)
        #expect(BucketIndex.index(microseconds: 1) == BucketIndex.lowest)
        #expect(BucketIndex.index(microseconds: 3_600_000_000) == BucketIndex.highest)
        #expect(BucketIndex.index(microseconds: .max) == BucketIndex.highest)
        #expect(BucketIndex.count == 2_032)
    }

    @Test("have bounds that are 2^(i/64) to the last bit but one")
    func bounds() {
        for index in BucketIndex.lowest...BucketIndex.highest + 1 {
            let bound = BucketIndex.lowerBound(index)
            let expected = exp2(Double(index) / 64)
            #expect(abs(bound - expected) <= expected.ulp)
        }
        #expect(BucketIndex.lowerBound(0) == 1)
        #expect(BucketIndex.lowerBound(64) == 2)
        #expect(BucketIndex.lowerBound(-64) == 0.5)
    }

    @Test("rise with the value, without a gap")
    func monotone() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            let value = generator.microseconds()
            let step = BucketIndex.index(microseconds: value + 1) - BucketIndex.index(microseconds: value)
            #expect(step >= 0)
            // Above 100 µs a microsecond is narrower than a bucket.
            if value > 100 { #expect(step <= 1) }
        }
    }

    @Test("are represented within 0.55 % of every value they hold")
    func representative() {
        for index in BucketIndex.lowest...BucketIndex.highest {
            let representative = BucketIndex.representative(index)
            for bound in [BucketIndex.lowerBound(index), BucketIndex.lowerBound(index + 1)] {
                #expect(abs(representative - bound) / bound <= 0.0055)
            }
        }
    }
}
