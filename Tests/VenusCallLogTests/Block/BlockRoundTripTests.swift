import Testing
import TestSupport
import VenusCallLog
import VenusCore

@Suite("Blocks of the call log")
struct BlockRoundTripTests {
    @Test("any block comes back from its entry as it was", arguments: 0..<200)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let block = CallBlock.random(using: &generator)
        let entry = LogEntry(id: .start, fields: BlockEncoder.entry(block))
        guard case .calls(let record) = BlockDecoder.decode(entry) else {
            Issue.record("\(BlockDecoder.decode(entry))")
            return
        }
        #expect(record.header.t0 == block.calls.map(\.start).min())
        #expect(record.header.last == block.first + UInt64(block.calls.count) - 1)
        #expect(try record.block() == block)
    }

    @Test("a heartbeat and an end come back as they were", arguments: [false, true])
    func heartbeat(isEnd: Bool) {
        let heartbeat = Heartbeat(
            producer: Producer(id: "p", environment: "staging", service: "checkout", instance: "i", host: "h"),
            next: 7_000_000_000, callsInFlight: 3, callsQueued: 1_000, callsDropped: 12, version: "0.1.0", isEnd: isEnd,
            report: ProxyReport(startedAt: 5, announced: ["a.internal:1", "[::1]:443"]), sentAt: 7)
        let entry = LogEntry(id: .start, fields: BlockEncoder.entry(heartbeat))
        #expect(BlockDecoder.decode(entry) == .heartbeat(heartbeat))
    }

    @Test("as many pins as a heartbeat takes come back, and what a reader would refuse is left out")
    func pins() {
        let pin = { (client: String, place: Int) in
            PinnedClient(client: client, host: "h\(place).example", learned: 1, expires: 2)
        }
        let long = String(repeating: "c", count: 1_024)
        var heartbeat = BlockGoldenTests.heartbeat(isEnd: false)
        heartbeat.report.pins = (0..<120).map { pin(long, $0) }
        heartbeat.report.pins[1] = pin(long + "c", 1)
        heartbeat.report.pinCount = 120
        let entry = LogEntry(id: .start, fields: BlockEncoder.entry(heartbeat))
        guard case .heartbeat(let read) = BlockDecoder.decode(entry) else {
            Issue.record("\(BlockDecoder.decode(entry))")
            return
        }
        #expect(read.report.pins == [0].map { pin(long, $0) } + (2..<100).map { pin(long, $0) })
        #expect(read.report.pinCount == 120)
    }

    @Test("the longest line there can be fits into the room that is asked for")
    func longestLine() throws {
        var call = Call(
            operation: 511, start: 0, duration: .max, outcome: .denied, status: .max, errorType: .callerTimeout,
            bytesSent: .max, bytesReceived: .max, flags: CallFlags(rawValue: .max),
            traceID: TraceID(high: .max, low: .max))
        for phase in Phase.allCases { call.phases[phase] = .max - 1 }
        let room = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * CallLine.maximumBytes)
        defer { room.deallocate() }
        #expect(CallLine.write(call, operation: .max, offset: .max, to: room) < CallLine.maximumBytes)
    }
}
