import Foundation
import Testing
import TestSupport
import VenusCore

@Suite("A histogram in the forms of others")
struct HistogramConversionTests {
    private func histogram(_ values: some Sequence<UInt32>) -> LatencyHistogram {
        var histogram = LatencyHistogram()
        for value in values { histogram.record(value) }
        return histogram
    }

    private func mixed(_ seed: UInt64) -> [UInt32] {
        var generator = SeededGenerator(seed: seed)
        return (0..<Int(seed) * 20).map { _ in generator.microseconds() }
    }

    @Test("is OTLP's with the upper bound in the bucket: 1 s lies in bucket −1, a microsecond more in bucket 0")
    func otlpBoundary() {
        #expect(OTLPExponentialHistogram(histogram([1_000_000])).offset == -1)
        #expect(OTLPExponentialHistogram(histogram([1_000_001])).offset == 0)
        #expect(OTLPExponentialHistogram(histogram([2_000_000])).offset == 63)
    }

    @Test("is Prometheus' with the bucket numbered by its upper bound: 1 s lies in bucket 0, a microsecond more in 1")
    func prometheusBoundary() {
        #expect(PrometheusNativeHistogram(histogram([1_000_000])).positiveSpans == [.init(offset: 0, length: 1)])
        #expect(PrometheusNativeHistogram(histogram([1_000_001])).positiveSpans == [.init(offset: 1, length: 1)])
        #expect(PrometheusNativeHistogram(histogram([2_000_000])).positiveSpans == [.init(offset: 64, length: 1)])
    }

    @Test("has every value in an OTLP bucket that holds it", arguments: 1...10)
    func otlpHolds(_ seed: UInt64) {
        let values = mixed(seed)
        let converted = OTLPExponentialHistogram(histogram(values))
        let base = exp2(exp2(-Double(converted.scale)))
        var rest = converted.bucketCounts
        for value in values {
            let seconds = Double(value) / 1_000_000
            let place = rest.indices.first { place in
                let index = Double(Int(converted.offset) + place)
                return pow(base, index) * (1 - 1e-12) < seconds && seconds <= pow(base, index + 1) * (1 + 1e-12)
            }
            if let place { rest[place] -= 1 } else { Issue.record("no bucket holds \(value) µs") }
        }
        #expect(rest.allSatisfy { $0 == 0 })
        #expect(converted.count == UInt64(values.count))
        #expect(converted.minimum == values.min().map { Double($0) / 1_000_000 })
        #expect(converted.maximum == values.max().map { Double($0) / 1_000_000 })
        #expect(abs(converted.sum - values.reduce(0) { $0 + Double($1) } / 1_000_000) < 1e-6 * converted.sum)
    }

    @Test("has every value in a Prometheus bucket that holds it", arguments: 1...10)
    func prometheusHolds(_ seed: UInt64) {
        let values = mixed(seed)
        let converted = PrometheusNativeHistogram(histogram(values))
        let base = exp2(exp2(-Double(converted.schema)))
        var rest = counts(converted)
        for value in values {
            let seconds = Double(value) / 1_000_000
            let index = rest.keys.first { index in
                let upper = pow(base, Double(index))
                return upper / base * (1 - 1e-12) < seconds && seconds <= upper * (1 + 1e-12)
            }
            if let index { rest[index, default: 0] -= 1 } else { Issue.record("no bucket holds \(value) µs") }
        }
        #expect(rest.values.allSatisfy { $0 == 0 })
        #expect(converted.count == UInt64(values.count))
    }

    @Test("numbers Prometheus' buckets one higher than OTLP's, each with the same count", arguments: 1...10)
    func offByOne(_ seed: UInt64) {
        let histogram = histogram(mixed(seed))
        let ours = OTLPExponentialHistogram(histogram)
        let theirs = counts(PrometheusNativeHistogram(histogram)).filter { $0.value > 0 }
        let otlp = ours.bucketCounts.enumerated().filter { $0.element > 0 }
            .map { (Int(ours.offset) + $0.offset + 1, Int64($0.element)) }
        #expect(Dictionary(uniqueKeysWithValues: otlp) == theirs)
    }

    @Test("writes short gaps out, and begins a span behind a long one")
    func spans() {
        // Buckets 0, 3 (a gap of two) and 7 (a gap of three) above 1 s.
        let values = [0, 3, 3, 7].map { UInt32((BucketIndex.representative($0) * 1_000_000).rounded()) }
        let converted = PrometheusNativeHistogram(histogram(values))
        #expect(converted.positiveSpans == [.init(offset: 1, length: 4), .init(offset: 3, length: 1)])
        #expect(converted.positiveDeltas == [1, -1, 0, 2, -1])
    }

    @Test("of nothing is empty in either form")
    func empty() {
        let otlp = OTLPExponentialHistogram(LatencyHistogram())
        #expect(otlp.count == 0 && otlp.bucketCounts.isEmpty && otlp.minimum == nil && otlp.maximum == nil)
        let prometheus = PrometheusNativeHistogram(LatencyHistogram())
        #expect(prometheus.count == 0 && prometheus.positiveSpans.isEmpty && prometheus.positiveDeltas.isEmpty)
    }

    /// Counts by bucket, as a reader of the spans and deltas finds them.
    private func counts(_ histogram: PrometheusNativeHistogram) -> [Int: Int64] {
        var counts: [Int: Int64] = [:]
        var deltas = histogram.positiveDeltas[...]
        var index = 0
        var count: Int64 = 0
        for span in histogram.positiveSpans {
            index += Int(span.offset)
            for _ in 0..<span.length {
                count += deltas.popFirst() ?? 0
                counts[index] = count
                index += 1
            }
        }
        return counts
    }
}
