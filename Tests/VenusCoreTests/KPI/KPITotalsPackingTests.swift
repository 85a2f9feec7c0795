import Testing
import TestSupport
import VenusCore

@Suite("Totals packed for memory")
struct KPITotalsPackingTests {
    private func totals(_ count: Int, longest: Double, using generator: inout SeededGenerator) -> KPITotals {
        var totals = KPITotals()
        for _ in 0..<count {
            let outcome = Outcome.allCases.randomElement(using: &generator) ?? .success
            let duration = UInt32(Double(generator.microseconds()) * longest / 3.6e9)
            var call = Call(operation: 0, start: 0, duration: duration, outcome: outcome)
            call.status = [0, 404, 500].randomElement(using: &generator) ?? 0
            call.bytesSent = .random(in: 0...5_000, using: &generator)
            call.flags = CallFlags(rawValue: .random(in: 0..<0x800, using: &generator))
            for phase in Phase.allCases where Bool.random(using: &generator) { call.phases[phase] = duration / 2 }
            totals.record(call)
        }
        return totals
    }

    @Test("are read as they were, with their histograms or without", arguments: [0, 1, 2, 30, 3_000])
    func roundTrip(_ count: Int) throws {
        var generator = SeededGenerator(seed: UInt64(count))
        // Times that spread over all buckets, and times that crowd in few of them.
        for longest in [3.6e9, 5_000, 3, 0] {
            let totals = totals(count, longest: longest, using: &generator)
            var writer = ByteWriter()
            totals.pack(into: &writer)
            totals.pack(into: &writer)
            var reader = ByteReader(writer.bytes)
            for _ in 0..<2 { #expect(try KPITotals(packed: &reader, withHistograms: true) == totals) }
            #expect(reader.isAtEnd)
            var expected = totals
            expected.duration = LatencyHistogram()
            expected.ttfb = LatencyHistogram()
            reader = ByteReader(writer.bytes)
            #expect(try KPITotals(packed: &reader, withHistograms: false) == expected)
            reader = ByteReader(writer.bytes)
            let extremes = try KPITotals.extremes(packed: &reader)
            #expect(extremes.duration?.minimum ?? 0 == totals.duration.minimum)
            #expect(extremes.duration?.maximum ?? 0 == totals.duration.maximum)
            #expect(extremes.ttfb?.minimum ?? 0 == totals.ttfb.minimum)
            #expect(extremes.ttfb?.maximum ?? 0 == totals.ttfb.maximum)
            #expect((extremes.duration == nil) == totals.duration.isEmpty)
            #expect((extremes.ttfb == nil) == totals.ttfb.isEmpty)
        }
    }

    @Test("are read as they were, whatever the counts and the distances", arguments: 0...40)
    func anyCounts(_ round: Int) throws {
        var generator = SeededGenerator(seed: UInt64(round))
        var totals = KPITotals()
        for _ in 0...round {
            var part = LatencyHistogram()
            part.record(generator.microseconds())
            for _ in 0..<Int.random(in: 0...round, using: &generator) { part.merge(part) }
            totals.duration.merge(part)
            totals.ttfb = part
        }
        // Extremes that are not those of the outermost buckets: something was taken away.
        if round % 3 == 0 { totals.ttfb.resetExtremes(minimum: 0, maximum: .max) }
        var writer = ByteWriter()
        totals.pack(into: &writer)
        var reader = ByteReader(writer.bytes)
        #expect(try KPITotals(packed: &reader, withHistograms: true) == totals)
        #expect(reader.isAtEnd)
    }

    @Test("take half a byte for each filled bucket of few calls")
    func sizeOfFew() {
        var totals = KPITotals()
        for value in stride(from: UInt32(10_000), to: 40_000, by: 500) {
            totals.record(Call(operation: 0, start: 0, duration: value, outcome: .success))
        }
        var writer = ByteWriter()
        totals.pack(into: &writer)
        #expect(totals.duration.filledBuckets.count > 50)
        #expect(writer.bytes.count < totals.duration.filledBuckets.count / 2 + 20)
    }

    @Test("take about a byte for each filled bucket")
    func size() {
        var totals = KPITotals()
        for value in stride(from: UInt32(10_000), to: 40_000, by: 20) {
            totals.record(Call(operation: 0, start: 0, duration: value, outcome: .success))
        }
        var writer = ByteWriter()
        totals.pack(into: &writer)
        #expect(totals.duration.filledBuckets.count > 120)
        #expect(writer.bytes.count < totals.duration.filledBuckets.count + 40)
        #expect(writer.bytes.count < totals.duration.encoded.count)
    }
}
