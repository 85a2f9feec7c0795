import Foundation
import Testing
import TestSupport
import VenusCore

@Suite("The latency histogram")
struct LatencyHistogramTests {
    private func histogram(_ values: some Sequence<UInt32>) -> LatencyHistogram {
        var histogram = LatencyHistogram()
        for value in values { histogram.record(value) }
        return histogram
    }

    private func values(_ count: Int, seed: UInt64) -> [UInt32] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in generator.microseconds() }
    }

    @Test("of nothing says nothing")
    func empty() {
        let empty = LatencyHistogram()
        #expect(empty.isEmpty)
        #expect(empty.mean == nil)
        #expect(empty.quantile(0.5) == nil)
        #expect(empty.filledBuckets.isEmpty)
    }

    @Test("of one value is that value, at every quantile", arguments: [0, 1, 2, 999, 1_000_000, 3_600_000_000, .max])
    func single(_ value: UInt32) {
        let one = histogram([value])
        #expect(one.mean == Double(value))
        for q in [0, 0.5, 0.99, 1] { #expect(one.quantile(q) == Double(value)) }
    }

    @Test("keeps count, sum, minimum and maximum exactly")
    func exact() {
        let values = values(10_000, seed: 2)
        let histogram = histogram(values)
        #expect(histogram.count == 10_000)
        #expect(histogram.sum == values.reduce(0) { $0 + UInt64($1) })
        #expect(histogram.minimum == values.min())
        #expect(histogram.maximum == values.max())
        #expect(histogram.filledBuckets.reduce(0) { $0 + $1.count } == 10_000)
    }

    @Test("estimates every quantile within 0.55 % of the value of nearest rank", arguments: 1...40)
    func quantiles(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...2_000, using: &generator)
        let sorted = values(count, seed: seed &* 77).sorted()
        let histogram = histogram(sorted.shuffled(using: &generator))
        for hundredths in 0...100 {
            let q = Double(hundredths) / 100
            let rank = max(1, Int((q * Double(count)).rounded(.up)))
            let exact = Double(sorted[rank - 1])
            let estimate = try #require(histogram.quantile(q))
            #expect(abs(estimate - exact) <= exact * 0.0055, "q \(q) of \(count)")
        }
    }

    /// Shapes at which a fixed grid of buckets could fail.
    enum Shape: CaseIterable {
        case constant
        case bimodal
        case skewed
        case heavyTail

        func values(_ count: Int, using generator: inout SeededGenerator) -> [UInt32] {
            switch self {
            case .constant:
                let value = generator.microseconds()
                return Array(repeating: value, count: count)
            case .bimodal:
                // A cache hit of 300 µs, and a miss of 40 ms.
                return (0..<count).map { _ in
                    let miss = Double.random(in: 0...1, using: &generator) < 0.2
                    return UInt32((miss ? 40_000 : 300) * Double.random(in: 0.97...1.03, using: &generator))
                }
            case .skewed:
                // Log-normal: the sum of twelve even numbers is nearly normal.
                return (0..<count).map { _ in
                    let normal = (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0...1, using: &generator) }
                    return UInt32(20_000 * exp(0.8 * normal))
                }
            case .heavyTail:
                // Pareto with an exponent of one, from 1 ms to 1 h.
                return (0..<count).map { _ in
                    UInt32(min(3.6e9, 1_000 / Double.random(in: 1e-7...1, using: &generator)))
                }
            }
        }
    }

    @Test("estimates skewed, bimodal and constant data within 0.55 %", arguments: Shape.allCases, 1...8)
    func shapes(_ shape: Shape, _ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let sorted = shape.values(Int.random(in: 1...3_000, using: &generator), using: &generator).sorted()
        let histogram = histogram(sorted.shuffled(using: &generator))
        for q in [0, 0.01, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.99, 0.999, 1] {
            let rank = max(1, Int((q * Double(sorted.count)).rounded(.up)))
            let exact = Double(sorted[rank - 1])
            let estimate = try #require(histogram.quantile(q))
            #expect(abs(estimate - exact) <= exact * 0.0055, "\(shape), q \(q) of \(sorted.count)")
            if shape == .constant { #expect(estimate == exact) }
        }
    }

    @Test("has quantiles that rise, within minimum and maximum")
    func quantilesRise() throws {
        let histogram = histogram(values(777, seed: 5) + [0, 0, .max])
        var previous = 0.0
        for hundredths in 0...100 {
            let estimate = try #require(histogram.quantile(Double(hundredths) / 100))
            #expect(estimate >= previous && estimate >= Double(histogram.minimum))
            #expect(estimate <= Double(histogram.maximum))
            previous = estimate
        }
    }

    @Test("merged is the histogram of all values, in any order", arguments: 1...20)
    func merging(_ seed: UInt64) {
        let parts = (0..<5).map { values(Int(seed) * $0 * 7, seed: seed * 100 + UInt64($0)) }
        let whole = histogram(parts.joined())
        var forwards = LatencyHistogram()
        var backwards = LatencyHistogram()
        for part in parts { forwards.merge(histogram(part)) }
        for part in parts.reversed() { backwards.merge(histogram(part)) }
        #expect(forwards == whole)
        #expect(backwards == whole)
    }

    @Test("gives back what it was before the merge, but for the extremes", arguments: 1...20)
    func subtracting(_ seed: UInt64) {
        let kept = histogram(values(300, seed: seed))
        let taken = histogram(values(Int(seed) * 20, seed: seed + 1_000))
        var both = kept
        both.merge(taken)
        both.subtract(taken)
        both.resetExtremes(minimum: kept.minimum, maximum: kept.maximum)
        #expect(both == kept)
        both.subtract(kept)
        #expect(both == LatencyHistogram())
        both.resetExtremes(minimum: 1, maximum: 2)
        #expect(both == LatencyHistogram())
    }

    @Test("counts more than 32 bits hold, and gives back what it was before")
    func manyValues() throws {
        let few = histogram([1_000, 2_000, 2_000, 3_000_000])
        var many = few
        // 2^32 of the first, and twice as many of the second.
        for _ in 0..<32 { many.merge(many) }
        #expect(many.count == 4 << 32)
        #expect(many.filledBuckets.map(\.count) == [1 << 32, 2 << 32, 1 << 32])
        #expect(many.filledBuckets.map(\.index) == few.filledBuckets.map(\.index))
        #expect(many.quantile(0.5) == few.quantile(0.5))
        var reader = ByteReader(many.encoded)
        #expect(try LatencyHistogram(from: &reader) == many)

        // Wide and narrow ones, either way round, also where the narrow one reaches beyond.
        let beyond = histogram([1, 500, 1_000, 3_600_000_000])
        var both = many
        both.merge(beyond)
        var other = beyond
        other.merge(many)
        #expect(both == other)
        #expect(both.count == 4 << 32 + 4)
        #expect(both.filledBuckets.first?.count == 1)
        both.subtract(many)
        both.resetExtremes(minimum: beyond.minimum, maximum: beyond.maximum)
        #expect(both == beyond)
        // It is still wide: it can be merged into a narrow one, and be taken away.
        var merged = few
        merged.merge(both)
        var expected = few
        expected.merge(beyond)
        #expect(merged == expected)
        merged.subtract(both)
        merged.resetExtremes(minimum: few.minimum, maximum: few.maximum)
        #expect(merged == few)
        var fresh = LatencyHistogram()
        fresh.merge(many)
        #expect(fresh == many)
        // One more than 32 bits hold, by recording and by merging.
        var full = LatencyHistogram()
        for bit in 0..<32 {
            var part = histogram([7])
            for _ in 0..<bit { part.merge(part) }
            full.merge(part)
        }
        #expect(full.filledBuckets.map(\.count) == [UInt64(UInt32.max)])
        var recorded = full
        recorded.record(7)
        full.merge(histogram([7]))
        #expect(full == recorded)
        #expect(full.filledBuckets.map(\.count) == [1 << 32])
    }

    @Test("equals another that came to the same counts by another way")
    func equality() {
        var wide = histogram([1, 1_000, 3_600_000_000])
        wide.subtract(histogram([1]))
        wide.subtract(histogram([3_600_000_000]))
        wide.resetExtremes(minimum: 1_000, maximum: 1_000)
        #expect(wide == histogram([1_000]))
        #expect(wide.hashValue == histogram([1_000]).hashValue)
        #expect(wide != histogram([1_001]))
        #expect(wide.encoded == histogram([1_000]).encoded)
    }
}
