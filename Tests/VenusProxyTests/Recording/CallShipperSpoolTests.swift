import Foundation
import Logging
import TestSupport
import Testing
import VenusCallLog
import VenusCore
import VenusProxy

@Suite("Shipping with a spool", .timeLimit(.minutes(1)))
struct CallShipperSpoolTests {
    private let log = ScriptedCallLog()
    private let clock = ManualClock()
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory("venus-spool") }

    private func spool(_ path: String? = nil) -> Spool {
        Spool(path: path ?? directory.file("spool.sqlite"), logger: Logger(label: "test"))
    }

    private func shipper(_ id: String = "p1", spool: Spool? = nil) -> CallShipper {
        CallShipper(
            producer: Producer(id: id, environment: "e", service: "s", instance: "i", host: "h"), callLog: log,
            configuration: CallShipperConfiguration(stateDirectory: directory.file("producers"), version: "1"),
            spool: spool ?? self.spool(), logger: Logger(label: "test"), clock: clock, random: { 0 })
    }

    /// Each call a block of its own.
    private func record(_ count: Int64, by shipper: CallShipper) {
        let recorder = shipper.makeRecorder()
        let operation = recorder.intern("GET", "api", "/")
        for start in 0..<count {
            recorder.record(operation, start: start)
            recorder.flush()
        }
    }

    private func kept(_ producer: String = "p1") async throws -> Int {
        try await spool().advance(of: producer, through: 0).status.calls
    }

    /// Passes the time until it holds.
    private func passing(_ what: String, _ body: () async throws -> Bool) async throws {
        try await eventually(what) {
            clock.advance(by: .milliseconds(50))
            return try await body()
        }
    }

    /// What a reader counts: the numbers of a producer's calls, each once, which come in order.
    private func counted(_ producer: String) -> [UInt64] {
        var counted: [UInt64] = []
        for block in log.blocks() where block.header.producer.id == producer {
            for number in block.header.first...block.header.last where number > counted.last ?? 0 {
                counted.append(number)
            }
        }
        return counted
    }

    @Test("while the log is away calls go to disk, and from there to the log, in order, before those that came later")
    func away() async throws {
        log.become(.away)
        let shipper = shipper()
        let running = Task { await shipper.run() }
        record(500, by: shipper)
        try await passing("all of them on disk") { try await kept() == 500 }
        #expect(shipper.callsQueued == 500 && shipper.callsDropped == 0)
        log.become(.takes)
        record(10, by: shipper)
        try await passing("all of them in the log") { shipper.callsQueued == 0 }
        #expect(counted("p1") == Array(1...510))
        await shipper.finish(within: .seconds(10))
        await running.value
        #expect(log.heartbeats().last?.isEnd == true && log.heartbeats().last?.next == 511)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.file("producers")).isEmpty)
    }

    @Test("a producer that was killed while the log was away: the next start sends its calls, then its end")
    func killed() async throws {
        log.become(.away)
        do {
            let shipper = shipper()
            let running = Task { await shipper.run() }
            record(200, by: shipper)
            try await passing("all of them on disk") { try await kept() == 200 }
            running.cancel()
            await running.value
        }
        let next = shipper("p2")
        let running = Task { await next.run() }
        record(5, by: next)
        log.become(.takes)
        try await passing("the end of the first") {
            log.heartbeats().contains { $0.isEnd && $0.producer.id == "p1" && $0.next == 201 }
        }
        #expect(counted("p1") == Array(1...200))
        let end = try #require(
            log.records().firstIndex { if case .heartbeat(let beat) = $0 { beat.isEnd } else { false } })
        #expect(
            log.records()[end...].allSatisfy {
                if case .calls(let record) = $0 { record.header.producer.id == "p2" } else { true }
            })
        try await passing("those of the second") { counted("p2") == Array(1...5) }
        #expect(try await kept() == 0)
        await next.finish(within: .seconds(10))
        await running.value
    }

    @Test("a stop while the log is away leaves everything on disk")
    func stopped() async throws {
        log.become(.away)
        do {
            let shipper = shipper()
            record(100, by: shipper)
            let finishing = Task { await shipper.finish(within: .seconds(3)) }
            try await passing("the end of the wait") { log.attempts > 0 && clock.now.offset > .seconds(4) }
            await finishing.value
        }
        #expect(try await kept() == 100)
        log.become(.takes)
        let closed = try await LeftProducers(directory: directory.file("producers"), spool: spool()).close(in: log)
        #expect(closed.map(\.recorded) == [100] && counted("p1") == Array(1...100))
        #expect(log.heartbeats().last?.next == 101)
    }

    @Test("a log that does not answer: calls go to disk meanwhile, and are counted once afterwards")
    func silent() async throws {
        log.become(.silent)
        let shipper = shipper()
        let running = Task { await shipper.run() }
        record(50, by: shipper)
        try await passing("all of them on disk") { try await kept() == 50 }
        log.become(.takesAndFails)
        try await passing("a try more") { log.attempts > 2 }
        log.become(.takes)
        try await passing("all of them in the log") { shipper.callsQueued == 0 }
        await shipper.finish(within: .seconds(10))
        await running.value
        #expect(counted("p1") == Array(1...50))
        #expect(log.heartbeats().last?.isEnd == true && log.heartbeats().last?.next == 51)
    }

    @Test("a producer that lives is not touched by others, nor are its calls on disk")
    func alive() async throws {
        log.become(.away)
        let shipper = shipper()
        let running = Task { await shipper.run() }
        record(20, by: shipper)
        try await passing("all of them on disk") { try await kept() == 20 }
        let others = ScriptedCallLog()
        let closed = try await LeftProducers(directory: directory.file("producers"), spool: spool()).close(in: others)
        #expect(closed.isEmpty && others.records().isEmpty)
        #expect(try await kept() == 20)
        log.become(.takes)
        try await passing("all of them in the log") { shipper.callsQueued == 0 }
        await shipper.finish(within: .seconds(10))
        await running.value
    }

    @Test("where the disk takes nothing, calls wait in memory and arrive all the same")
    func unwritable() async throws {
        try directory.write("", to: "file")
        log.become(.away)
        let shipper = shipper(spool: spool(directory.file("file/spool.sqlite")))
        let running = Task { await shipper.run() }
        record(100, by: shipper)
        try await passing("some tries") { log.attempts > 5 }
        #expect(shipper.callsQueued == 100)
        log.become(.takes)
        try await passing("all of them in the log") { shipper.callsQueued == 0 }
        #expect(counted("p1") == Array(1...100))
        await shipper.finish(within: .seconds(10))
        await running.value
    }
}
