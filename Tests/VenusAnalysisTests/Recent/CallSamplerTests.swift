import Testing
import VenusAnalysis
import VenusCallLog
import VenusCore

@Suite("The calls that are shown by themselves")
struct CallSamplerTests {
    private static let now: Int64 = 1_800_000_000_000
    private static let producer = Producer(
        id: "p", environment: "production", service: "shop", instance: "one", host: "machine")

    /// A block of calls that ended just before now, of so many microseconds each.
    private func record(
        _ calls: [(duration: UInt32, outcome: Outcome)], host: String = "db", ago: Int64 = 1_000_000,
        trace: TraceID? = nil
    ) throws -> CallsRecord {
        let block = CallBlock(
            producer: Self.producer, first: 1,
            operations: [
                Operation(
                    scheme: "http", host: host, port: 1, method: "GET", route: "/a/*", networkProtocol: "http/1.1")
            ],
            calls: calls.enumerated().map { place, call in
                Call(
                    operation: 0, start: Self.now * 1_000 - ago + Int64(place) - Int64(call.duration),
                    duration: call.duration, outcome: call.outcome, status: 200, traceID: trace)
            })
        let entry = LogEntry(id: EntryID(milliseconds: 1, sequence: 0), fields: BlockEncoder.entry(block))
        guard case .calls(let record) = BlockDecoder.decode(entry) else { throw BlockDecodingError.unknownKind }
        return record
    }

    private func note(_ record: CallsRecord, _ sampler: inout CallSampler, from known: Int = 0) throws {
        var columns = CallColumns()
        try columns.decode(record)
        sampler.note(record, columns, from: known) { line in
            .operation(
                record.operations[line].name, service: "shop", dependency: record.operations[line].dependency,
                environment: "production")
        }
    }

    @Test("calls are last, slowest and failed at once, each list in its order, with template and trace")
    func lists() throws {
        var sampler = CallSampler()
        let trace = TraceID(high: 1, low: 2)
        try note(
            record([(10, .success), (30, .serverError), (20, .cancelled), (5, .transportError)], trace: trace), &sampler
        )
        sampler.tick(now: Self.now)
        let calls = sampler.calls
        #expect(calls.last.map(\.call.duration) == [5, 20, 30, 10])
        #expect(calls.slowest.map(\.call.duration) == [30, 20, 10, 5])
        #expect(calls.failed.map(\.call.outcome) == [.transportError, .serverError])
        #expect(calls.last[0].key.operation == "GET /a/*" && calls.last[0].call.traceID == trace)
        #expect(calls.last[0].instance == "one")
    }

    @Test("calls that were counted before are not shown again")
    func known() throws {
        var sampler = CallSampler()
        try note(record([(1, .success), (2, .success), (3, .success)]), &sampler, from: 2)
        sampler.tick(now: Self.now)
        #expect(sampler.calls.last.map(\.call.duration) == [3])
    }

    @Test("every list is bounded, and one bad dependency does not hide the others")
    func bounds() throws {
        var sampler = CallSampler()
        for host in 0..<20 {
            for _ in 0..<3 {
                try note(
                    record((0..<50).map { (UInt32(1_000 * (20 - host) + $0), .serverError) }, host: "h\(host)"),
                    &sampler)
            }
            sampler.tick(now: Self.now)
        }
        let calls = sampler.calls
        for list in [calls.last, calls.slowest, calls.failed] { #expect(list.count == RecentCalls.maximumCalls) }
        #expect(Set(calls.slowest.map(\.key.dependency)).count == 5)
        let failed = Dictionary(grouping: calls.failed, by: \.key.dependency)
        #expect(failed.values.allSatisfy { $0.count <= 20 })
        // Of the 150 slowest calls of the slowest dependency, the slowest ones.
        #expect(calls.slowest[0].call.duration == 20_049)
    }

    @Test("a slow call is shown for a quarter of an hour")
    func age() throws {
        var sampler = CallSampler()
        try note(record([(1_000, .success)]), &sampler)
        sampler.tick(now: Self.now + 800_000)
        #expect(sampler.calls.slowest.count == 1)
        sampler.tick(now: Self.now + 900_000)
        #expect(sampler.calls.slowest.isEmpty && sampler.calls.last.count == 1)
    }

    @Test("however many blocks come in a tick, few are looked at, but a slow one among them is found")
    func budget() throws {
        var sampler = CallSampler()
        for _ in 0..<1_000 { try note(record([(100, .success)]), &sampler) }
        sampler.tick(now: Self.now)
        #expect(sampler.calls.last.count == 16)
        // From here on there is a threshold, which most blocks do not reach.
        for _ in 0..<4 {
            for _ in 0..<48 {
                try note(record((0..<20).map { _ in (100, .success) }, host: "h\(Int.random(in: 0...99))"), &sampler)
            }
            sampler.tick(now: Self.now)
        }
        for _ in 0..<1_000 { try note(record([(50, .success)]), &sampler) }
        try note(record([(9_999, .success)]), &sampler)
        sampler.tick(now: Self.now)
        #expect(sampler.calls.slowest[0].call.duration == 9_999)
    }

    @Test("calls come through the message as they were, and no bytes crash its reader")
    func message() throws {
        var sampler = CallSampler()
        try note(
            record([(10, .success), (30, .serverError)], trace: TraceID(high: .max, low: 1)), &sampler)
        sampler.tick(now: Self.now)
        var calls = sampler.calls
        calls.last[0].call.errorType = .connectionRefused
        calls.last[0].call.phases[.ttfb] = 0
        calls.last[0].call.phases[.tls] = .max - 1
        calls.last[0].call.flags = [.intercepted]
        let bytes = RecentCallsMessage(shard: 3, calls: calls).encoded
        #expect(try RecentCallsMessage(encoded: bytes) == RecentCallsMessage(shard: 3, calls: calls))
        #expect(throws: VenusCore.EncodingError.self) { try FeedFrame(encoded: bytes) }
        for length in bytes.indices {
            #expect(throws: VenusCore.EncodingError.self) { try RecentCallsMessage(encoded: Array(bytes[..<length])) }
        }
        for place in bytes.indices {
            var changed = bytes
            for value in [0, 0x7F, 0x80, 0xFF] as [UInt8] {
                changed[place] = value
                // A call or an error: both are fine, a trap is not.
                if let message = try? RecentCallsMessage(encoded: changed) {
                    #expect(message.calls.last.allSatisfy { $0.end >= 0 })
                }
            }
        }
    }
}
