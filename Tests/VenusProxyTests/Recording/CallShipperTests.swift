import Foundation
import Logging
import TestSupport
import Testing
import VenusCallLog
import VenusCore
import VenusProxy

@Suite("Recording and shipping", .timeLimit(.minutes(1)))
struct CallShipperTests {
    private static let producer = Producer(id: "p1", environment: "e", service: "s", instance: "i", host: "h")
    private let log = ScriptedCallLog()
    private let clock = ManualClock()

    private func shipper(
        _ producer: Producer = producer, directory: String? = nil,
        _ change: (inout CallShipperConfiguration) -> Void = { _ in }
    ) -> CallShipper {
        var configuration = CallShipperConfiguration(stateDirectory: directory, version: "1")
        change(&configuration)
        return CallShipper(
            producer: producer, callLog: log, configuration: configuration, logger: Logger(label: "test"), clock: clock,
            random: { 0 })
    }

    @Test("what loops record is in the log, in order, between a heartbeat and an end")
    func order() async throws {
        let shipper = shipper()
        let running = Task { await shipper.run() }
        let (first, second) = (shipper.makeRecorder(), shipper.makeRecorder())
        let users = first.intern("GET", "api", "/users/17")
        let charges = first.intern("POST", "payments", "/v1/charges")
        first.record(charges, start: 5_000)
        first.record(users, start: 2_000)
        first.record(charges, start: 9_000)
        #expect(first.hasPending)
        first.flush()
        #expect(!first.hasPending)
        second.record(second.intern("GET", "other", "/"), start: 1)
        second.flush()
        await shipper.finish(within: .seconds(10))
        await running.value

        let records = log.records()
        #expect(records.count == 4)
        #expect(log.heartbeats().map(\.isEnd) == [false, true] && log.heartbeats()[1].next == 5)
        let block = try log.blocks()[0].block()
        #expect(block.first == 1 && block.producer == Self.producer)
        #expect(block.operations.map(\.name) == ["POST /v1/charges", "GET /users/*"])
        #expect(block.calls.map(\.operation) == [0, 1, 0])
        #expect(block.calls.map(\.start) == [5_000, 2_000, 9_000])
        #expect(log.blocks()[0].header.t0 == 2_000)
        #expect(log.blocks()[1].header.first == 4)
    }

    @Test("a full block goes out by itself")
    func fullBlock() async throws {
        let shipper = shipper()
        let recorder = shipper.makeRecorder()
        let operation = recorder.intern("GET", "api", "/")
        for start in 0..<(Int64(CallBlock.maximumCalls) * 2 + 1) { recorder.record(operation, start: start) }
        #expect(shipper.callsQueued == CallBlock.maximumCalls * 2 && recorder.hasPending)
        recorder.flush()
        await shipper.finish(within: .seconds(10))
        #expect(log.blocks().map(\.header.count) == [512, 512, 1])
        #expect(try log.blocks().flatMap { try $0.rows() }.map(\.start) == (0...1_024).map { Int64($0) })
    }

    @Test("so many full blocks that nobody has flushed are shipped all the same")
    func manyFullBlocks() async throws {
        let shipper = shipper()
        let running = Task { await shipper.run() }
        let recorder = shipper.makeRecorder()
        let operation = recorder.intern("GET", "api", "/")
        for start in 0..<(Int64(CallBlock.maximumCalls) * 8) { recorder.record(operation, start: start) }
        try await eventually("the blocks") { log.blocks().count == 8 }
        #expect(!recorder.hasPending)
        await shipper.finish(within: .seconds(10))
        await running.value
    }

    @Test("calls under way are counted over all loops")
    func inFlight() {
        let shipper = shipper()
        let (first, second) = (shipper.makeRecorder(), shipper.makeRecorder())
        first.callStarted()
        first.callStarted()
        second.callStarted()
        #expect(shipper.callsInFlight == 3)
        first.record(
            Call(operation: Int(first.intern("GET", "a", "/").rawValue), start: 0, duration: 1, outcome: .success))
        #expect(shipper.callsInFlight == 2)
    }

    @Test("a heartbeat comes every 5 s")
    func heartbeats() async throws {
        let shipper = shipper()
        let running = Task { await shipper.run() }
        for count in 1...3 {
            try await eventually("heartbeat \(count)") { log.heartbeats().count == count }
            try await eventually("the next one to be awaited") { clock.deadlines == [.seconds(5 * count)] }
            clock.advance(by: .seconds(5))
        }
        await shipper.finish(within: .seconds(10))
        await running.value
    }

    @Test("a heartbeat tells what the proxy reports, with what the policy made of this producer's calls")
    func reports() async throws {
        let report = ProxyReport(
            startedAt: 7, policy: PolicyReport(mode: .report, rules: 2, since: 5),
            pins: [PinnedClient(client: "cart", host: "pay.example", learned: 1, expires: 2)], pinCount: 3)
        let shipper = CallShipper(
            producer: Self.producer, callLog: log, configuration: CallShipperConfiguration(version: "1"),
            logger: Logger(label: "test"), clock: clock, random: { 0 }, reporter: { report })
        for (recorder, calls) in [(shipper.makeRecorder(), 2), (shipper.makeRecorder(), 1)] {
            let operation = Int(recorder.intern("GET", "api", "/").rawValue)
            for _ in 0..<calls {
                recorder.append(Call(operation: operation, start: 0, duration: 1, outcome: .denied, status: 403))
                for flags in [[], .wouldBeDenied, [.wouldBeDenied, .activity]] as [CallFlags] {
                    recorder.append(
                        Call(operation: operation, start: 0, duration: 1, outcome: .success, flags: flags))
                }
            }
            recorder.flush()
        }
        await shipper.finish(within: .seconds(10))
        var expected = report
        expected.policy?.denied = 3
        expected.policy?.wouldBeDenied = 3
        #expect(log.heartbeats().map(\.report) == [expected, expected])
    }

    @Test("while the log is away calls wait, and afterwards all are there, in order")
    func away() async throws {
        log.become(.away)
        let shipper = shipper()
        let running = Task { await shipper.run() }
        let recorder = shipper.makeRecorder()
        let operation = recorder.intern("GET", "api", "/")
        for start in 0..<100 as Range<Int64> {
            recorder.record(operation, start: start)
            recorder.flush()
        }
        for attempt in 1...4 {
            try await eventually("attempt \(attempt)") { log.attempts == attempt }
            try await eventually("the wait after it") { clock.deadlines.count == 2 }
            clock.advance(by: .milliseconds(400))
        }
        #expect(shipper.callsQueued == 100 && shipper.callsDropped == 0)
        log.become(.takes)
        clock.advance(by: .seconds(2))
        try await eventually("the queue to be empty") {
            clock.advance(by: .milliseconds(100))
            return shipper.callsQueued == 0
        }
        await shipper.finish(within: .seconds(10))
        await running.value
        #expect(log.blocks().map(\.header.first) == (1...100).map { UInt64($0) })
    }

    @Test("an append whose answer got lost is repeated with the same numbers")
    func repeated() async throws {
        let shipper = shipper()
        let recorder = shipper.makeRecorder()
        recorder.record(recorder.intern("GET", "api", "/"), start: 1)
        recorder.flush()
        log.become(.takesAndFails)
        let running = Task { await shipper.run() }
        try await eventually("a try") { log.attempts == 1 && clock.deadlines.count == 2 }
        log.become(.takes)
        clock.advance(by: .seconds(1))
        await shipper.finish(within: .seconds(10))
        await running.value
        #expect(log.heartbeats().map(\.next) == [1, 1, 2])
        #expect(log.blocks().map(\.header.first) == [1])
    }

    @Test("what finds no room is counted and shows as a gap")
    func dropped() async throws {
        let shipper = shipper { $0.maximumQueuedCalls = 1_000 }
        let recorder = shipper.makeRecorder()
        let operation = recorder.intern("GET", "api", "/")
        for start in 0..<1_600 as Range<Int64> { recorder.record(operation, start: start) }
        recorder.flush()
        // 512 fit, 512 do not, 512 do not, 64 do.
        #expect(shipper.callsDropped == 1_024 && shipper.callsQueued == 576 && shipper.callsRecorded == 1_600)
        await shipper.finish(within: .seconds(10))
        #expect(log.blocks().map(\.header.first) == [1, 1_537])
        let end = try #require(log.heartbeats().last)
        #expect(end.isEnd && end.next == 1_601 && end.callsDropped == 1_024)
    }

    @Test("a loop never waits for a log that is silent")
    func silent() async throws {
        log.become(.silent)
        let shipper = shipper()
        let running = Task { await shipper.run() }
        try await eventually("an append") { log.attempts == 1 }
        let recorder = shipper.makeRecorder()
        let operation = recorder.intern("GET", "api", "/")
        for start in 0..<10_000 as Range<Int64> { recorder.record(operation, start: start) }
        recorder.flush()
        #expect(shipper.callsQueued == 10_000)
        log.become(.takes)
        await shipper.finish(within: .seconds(10))
        await running.value
        #expect(try log.blocks().reduce(0) { try $0 + $1.rows().count } == 10_000)
    }

    @Test("finishing gives up after its time and leaves the producer to the next start")
    func givesUp() async throws {
        let directory = try TemporaryDirectory("venus-state")
        log.become(.silent)
        let shipper = shipper(directory: directory.path)
        let finishing = Task { await shipper.finish(within: .seconds(3)) }
        try await eventually("an append and the limit") { log.attempts == 1 && clock.deadlines.contains(.seconds(3)) }
        clock.advance(by: .seconds(3))
        await finishing.value
        #expect(try files(directory) == ["p1.producer"])
    }

    @Test("a clean stop leaves nothing behind")
    func cleanStop() async throws {
        let directory = try TemporaryDirectory("venus-state")
        let shipper = shipper(directory: directory.path)
        #expect(try files(directory) == ["p1.producer"])
        await shipper.finish(within: .seconds(10))
        #expect(try files(directory) == [])
    }

    @Test("who was killed is ended by the next start, with the number after its last call and what was under way")
    func killed() async throws {
        let directory = try TemporaryDirectory("venus-state")
        try recordAndVanish(directory)
        #expect(try files(directory) == ["p1.producer"])
        var other = Self.producer
        other.id = "p2"
        let shipper = shipper(other, directory: directory.path)
        let running = Task { await shipper.run() }
        try await eventually("the end of the first") { log.heartbeats().contains { $0.isEnd } }
        let end = try #require(log.heartbeats().first { $0.isEnd })
        #expect(end.producer == Self.producer && end.next == 701 && end.version == "1" && end.isUnclean)
        // No heartbeat had told of them.
        #expect(end.callsInFlight == 3)
        try await eventually("its file to go") { try files(directory) == ["p2.producer"] }
        await shipper.finish(within: .seconds(10))
        await running.value
    }

    /// As a kill does: descriptors are closed, nothing else happens.
    private func recordAndVanish(_ directory: TemporaryDirectory) throws {
        let shipper = shipper(directory: directory.path)
        let (first, second) = (shipper.makeRecorder(), shipper.makeRecorder())
        let operation = first.intern("GET", "api", "/")
        for start in 0..<600 as Range<Int64> { first.record(operation, start: start) }
        let other = second.intern("GET", "api", "/")
        for start in 0..<100 as Range<Int64> { second.record(other, start: start) }
        for recorder in [first, first, first, second] { recorder.callStarted() }
        first.callEnded()
    }

    @Test("a producer that lives is left alone, and so are other files")
    func alive() async throws {
        let directory = try TemporaryDirectory("venus-state")
        try directory.write("no producer", to: "x.producer")
        try directory.write("mine", to: "notes.txt")
        let living = shipper(directory: directory.path)
        let closed = try await LeftProducers(directory: directory.path).close(in: log)
        #expect(closed.isEmpty)
        #expect(try files(directory) == ["notes.txt", "p1.producer"])
        #expect(log.records().isEmpty)
        await living.finish(within: .seconds(10))
    }

    @Test("where the state directory cannot be written the calls are recorded all the same")
    func noDirectory() async throws {
        let directory = try TemporaryDirectory("venus-state")
        try directory.write("", to: "file")
        let shipper = shipper(directory: directory.file("file/sub"))
        let recorder = shipper.makeRecorder()
        recorder.record(recorder.intern("GET", "api", "/"), start: 1)
        recorder.flush()
        await shipper.finish(within: .seconds(10))
        #expect(log.blocks().count == 1)
    }

    @Test("after its task was cancelled, finishing still appends what waits and the end")
    func cancelled() async throws {
        let shipper = shipper()
        let running = Task { await shipper.run() }
        try await eventually("the first heartbeat") { log.heartbeats().count == 1 }
        running.cancel()
        await running.value
        let recorder = shipper.makeRecorder()
        recorder.record(recorder.intern("GET", "api", "/"), start: 1)
        recorder.flush()
        await shipper.finish(within: .seconds(10))
        #expect(log.blocks().count == 1 && log.heartbeats().last?.isEnd == true)
    }

    private func files(_ directory: TemporaryDirectory) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }
}
