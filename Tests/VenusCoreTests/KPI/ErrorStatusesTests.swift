import Testing
import TestSupport
import VenusCore

@Suite("Statuses of errors")
struct ErrorStatusesTests {
    @Test("are counted of client and server errors alone")
    func counted() {
        var totals = KPITotals()
        for outcome in Outcome.allCases {
            for status: UInt16 in [0, 200, 399, 400, 404, 599, 600] {
                totals.record(Call(operation: 0, start: 0, duration: 1, outcome: outcome, status: status))
            }
        }
        #expect(totals.statuses == [400: 2, 404: 2, 599: 2])
        #expect(totals.statuses[404] == 2 && totals.statuses[403] == 0 && totals.statuses[600] == 0)
    }

    @Test("come back as they were stored, and in no more bytes than they need", arguments: 0...20)
    func roundTrip(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var statuses = ErrorStatuses()
        for _ in 0..<Int(seed * seed) {
            statuses.add(
                .random(in: 380...620, using: &generator), count: .random(in: 0...1_000_000, using: &generator))
        }
        #expect(try ErrorStatuses(encoded: statuses.encoded) == statuses)
        #expect(statuses.isEmpty == statuses.encoded.isEmpty)
        #expect(([404: 1, 503: 99] as ErrorStatuses).encoded == [2, 5, 1, 99, 99])
        for length in 1..<max(1, statuses.encoded.count) {
            #expect(throws: EncodingError.corrupt) { try ErrorStatuses(encoded: Array(statuses.encoded[..<length])) }
        }
    }

    @Test(
        "of other bytes than these are refused",
        arguments: [
            [1, 0, 1], [1, 1, 0], [1, 201, 1, 1], [2, 200, 1, 1, 1, 1], [2, 1, 1, 0, 1], [201, 1], [0, 0],
            [1, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
        ] as [[UInt8]])
    func refused(bytes: [UInt8]) {
        #expect(throws: EncodingError.corrupt) { try ErrorStatuses(encoded: bytes) }
    }

    @Test("totals without them are written as before there were any")
    func unchanged() throws {
        var totals = KPITotals()
        totals.record(Call(operation: 0, start: 0, duration: 1, outcome: .transportError))
        for (status, version) in [(200, 1), (404, 3)] as [(UInt16, UInt8)] {
            totals.record(Call(operation: 0, start: 0, duration: 1, outcome: .clientError, status: status))
            var writer = ByteWriter()
            totals.encode(into: &writer)
            #expect(writer.bytes.first == version)
        }
    }
}
