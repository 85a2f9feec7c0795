import Testing
import TestSupport
import VenusCore

@Suite("Totals")
struct KPITotalsTests {
    private func random(_ count: Int, seed: UInt64) -> KPITotals {
        var generator = SeededGenerator(seed: seed)
        var totals = KPITotals()
        for _ in 0..<count {
            var phases = Phases()
            for phase in Phase.allCases where Bool.random(using: &generator) {
                phases[phase] = .random(in: 0...1_000_000, using: &generator)
            }
            totals.record(
                Call(
                    operation: 0, start: 0, duration: generator.microseconds(),
                    outcome: Outcome.allCases.randomElement(using: &generator) ?? .success,
                    status: [0, 200, 400, 404, 503, 599, 600].randomElement(using: &generator) ?? 0, phases: phases,
                    bytesSent: .random(in: 0...1_000_000, using: &generator),
                    bytesReceived: .random(in: 0...1_000_000, using: &generator),
                    flags: CallFlags(rawValue: .random(in: 0...2_047, using: &generator))))
        }
        return totals
    }

    @Test("merged and taken away again are what they were, but for the extremes", arguments: 1...10)
    func mergeAndSubtract(_ seed: UInt64) {
        let kept = random(100, seed: seed)
        let taken = random(Int(seed) * 10, seed: seed + 100)
        var both = kept
        both.merge(taken)
        #expect(both.calls == kept.calls + taken.calls)
        both.subtract(taken)
        both.duration.resetExtremes(minimum: kept.duration.minimum, maximum: kept.duration.maximum)
        both.ttfb.resetExtremes(minimum: kept.ttfb.minimum, maximum: kept.ttfb.maximum)
        #expect(both == kept)
    }

    @Test("are the same in whichever order they are merged")
    func commutative() {
        let parts = (1...5).map { random($0 * 11, seed: UInt64($0)) }
        var forwards = KPITotals()
        var backwards = KPITotals()
        for part in parts { forwards.merge(part) }
        for part in parts.reversed() { backwards.merge(part) }
        #expect(forwards == backwards)
    }

    @Test("are read back as they were stored", arguments: 0...10)
    func roundTrip(_ seed: UInt64) throws {
        let totals = random(Int(seed) * 20, seed: seed)
        var writer = ByteWriter()
        totals.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        #expect(try KPITotals(from: &reader) == totals)
        #expect(reader.isAtEnd)
        for length in 0..<writer.bytes.count {
            #expect(throws: EncodingError.corrupt) {
                var reader = ByteReader(writer.bytes[..<length])
                _ = try KPITotals(from: &reader)
            }
        }
    }

    @Test("of a newer version or with impossible counts are refused")
    func refused() {
        #expect(throws: EncodingError.newerVersion(9)) {
            var reader = ByteReader([9])
            _ = try KPITotals(from: &reader)
        }
        var writer = ByteWriter()
        writer.append(byte: 1)
        writer.append(UInt64.max)
        let impossible = writer.bytes + Array(repeating: 0, count: 22) + [1, 0, 0, 0, 0, 1, 0, 0, 0, 0]
        #expect(throws: EncodingError.corrupt) {
            var reader = ByteReader(impossible)
            _ = try KPITotals(from: &reader)
        }
    }

    @Test("take nothing but the bytes from the activity of a connection, whatever else is said of it")
    func activity() {
        var phases = Phases()
        for phase in Phase.allCases { phases[phase] = 7 }
        for outcome in Outcome.allCases {
            for flags in [CallFlags.activity, [.activity, .tunnel], [.activity, .tunnel, .estimated, .ended]] {
                var totals = KPITotals()
                totals.record(
                    Call(
                        operation: 0, start: 0, duration: 9_000_000, outcome: outcome,
                        errorType: .connectionTerminated, phases: phases, bytesSent: 3, bytesReceived: 4, flags: flags))
                var bytes = KPITotals()
                bytes.bytesSent = 3
                bytes.bytesReceived = 4
                #expect(totals == bytes)
                #expect(!totals.isEmpty && totals.isActivityOnly)
            }
        }
        #expect(KPITotals().isEmpty && !KPITotals().isActivityOnly)
    }

    @Test("survive bytes that cannot be")
    func impossibleBytes() {
        let call = Call(operation: 0, start: 0, duration: 1, outcome: .success, bytesSent: .max, bytesReceived: .max)
        var totals = KPITotals()
        totals.record(call)
        let one = totals
        totals.record(call)
        totals.merge(one)
        totals.subtract(one)
        totals.subtract(one)
        #expect(totals == one)
    }

    @Test("count a phase only where it was seen")
    func phases() {
        var phases = Phases()
        phases[.connect] = 0
        phases[.ttfb] = .max
        #expect(phases[.ttfb] == UInt32.max - 1)
        #expect(phases[.dns] == nil)
        var totals = KPITotals()
        totals.record(Call(operation: 0, start: 0, duration: 5, outcome: .success, phases: phases))
        #expect(totals.phases[Phase.connect.rawValue] == PhaseTotals.Element(sum: 0, count: 1))
        #expect(totals.phases[Phase.dns.rawValue] == PhaseTotals.Element())
        phases[.connect] = nil
        #expect(phases[.connect] == nil)
    }
}
