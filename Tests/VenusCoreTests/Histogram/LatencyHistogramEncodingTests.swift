import Testing
import TestSupport
import VenusCore

@Suite("The stored form of a histogram")
struct LatencyHistogramEncodingTests {
    private func decode(_ bytes: [UInt8]) throws(EncodingError) -> LatencyHistogram {
        var reader = ByteReader(bytes)
        return try LatencyHistogram(from: &reader)
    }

    private func histogram(_ values: [UInt32]) -> LatencyHistogram {
        var histogram = LatencyHistogram()
        for value in values { histogram.record(value) }
        return histogram
    }

    @Test("never changes: rows that were stored have to be read by every later version")
    func golden() throws {
        let histogram = histogram([1, 1, 1_000_000, 3_600_000_000])
        let golden: [UInt8] = [
            0x01,  // version
            0xC2, 0xCC, 0x8B, 0xB5, 0x0D,  // sum 3,601,000,002
            0x01,  // minimum 1
            0x80, 0xC8, 0xCE, 0xB4, 0x0D,  // maximum 3,600,000,000
            0x03,  // buckets
            0x00, 0x02,  // the lowest, twice
            0xFB, 0x09, 0x01,  // 1,275 further: that of 1 s
            0xF4, 0x05, 0x01,  // 756 further: the highest
        ]
        #expect(histogram.encoded == golden)
        #expect(try decode(golden) == histogram)
        #expect(LatencyHistogram().encoded == [1, 0, 0, 0, 0])
        #expect(try decode([1, 0, 0, 0, 0]) == LatencyHistogram())
    }

    @Test("gives back what was stored", arguments: 0...50)
    func roundTrip(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let histogram = histogram((0..<seed * 13).map { _ in generator.microseconds() })
        let decoded = try decode(histogram.encoded)
        #expect(decoded == histogram)
        #expect(decoded.encoded == histogram.encoded)
    }

    @Test("is refused where it ends early, at whichever byte")
    func truncated() {
        var generator = SeededGenerator(seed: 3)
        let bytes = histogram((0..<100).map { _ in generator.microseconds() }).encoded
        for length in 0..<bytes.count {
            #expect(throws: EncodingError.corrupt) { try decode(Array(bytes[..<length])) }
        }
    }

    @Test("of a newer version is told apart from a corrupt one")
    func newer() {
        #expect(throws: EncodingError.newerVersion(2)) { try decode([2, 0, 0, 0, 0]) }
    }

    @Test(
        "is refused where its parts contradict each other",
        arguments: [
            [1, 5, 9, 5, 1, 0, 1],  // minimum above maximum
            [1, 5, 5, 5, 1, 0, 0],  // a bucket without a value
            [1, 5, 5, 5, 2, 0, 1, 0, 1],  // the same bucket twice
            [1, 5, 5, 5, 1, 0xF0, 0x0F, 1],  // a bucket beyond the highest
            [1, 5, 5, 5, 1, 0, 2],  // a sum below count times minimum
            [1, 50, 5, 5, 1, 0, 2],  // a sum above count times maximum
            [1, 5, 5, 5, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1],  // more buckets than there are
            [1, 5, 5, 0x80, 0x80, 0x80, 0x80, 0x10, 1, 0, 1],  // a maximum of more than 32 bits
            // A count that no sum of calls comes to: merging it would overflow.
            [1, 5, 0, 5, 1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
        ] as [[UInt8]])
    func contradictory(_ bytes: [UInt8]) {
        #expect(throws: EncodingError.corrupt) { try decode(bytes) }
    }

    @Test("never crashes its reader, whatever the bytes, and what it reads can be merged and queried")
    func garbage() {
        var generator = SeededGenerator(seed: 4)
        let valid = histogram((0..<50).map { _ in generator.microseconds() }).encoded
        var merged = LatencyHistogram()
        for round in 0..<20_000 {
            var bytes: [UInt8]
            if round.isMultiple(of: 2) {
                let length = Int.random(in: 0..<40, using: &generator)
                bytes = [1] + (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            } else {
                bytes = valid
                for _ in 0..<3 {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
                }
            }
            guard let histogram = try? decode(bytes) else { continue }
            if merged.count < 1 << 60 { merged.merge(histogram) }
            _ = merged.quantile(0.99)
        }
    }
}
