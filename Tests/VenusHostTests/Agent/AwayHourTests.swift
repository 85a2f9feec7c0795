import Foundation
import Logging
import TestSupport
import Testing
import VenusCore
import VenusHost
import VenusStore

/// A server with a store on disk, that can go away and come back.
private actor StoredDestination: ReadingsDestination {
    enum Mood: Sendable { case takes, isAway, diesBeforeItAnswers }

    private let path: String
    private let time: SimulatedTime
    private var store: SQLiteStore
    private(set) var mood = Mood.takes
    private(set) var receipts = ReadingsReceipt()

    init(path: String, time: SimulatedTime) async throws {
        self.path = path
        self.time = time
        store = try await SQLiteStore(path: path, logger: Self.logger)
    }

    private static var logger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    func become(_ mood: Mood) { self.mood = mood }

    /// Another process, on what the last has left without closing it.
    func reopen() async throws { store = try await SQLiteStore(path: path, logger: Self.logger) }

    func minutes() async throws -> [HostBucket] {
        try await store.hostReadings("web-1", tier: .minute, from: 0, to: .max)
    }

    func close() async { await store.close() }

    func publish(_ batch: ReadingsBatch) async -> PublishOutcome {
        guard mood != .isAway else { return .failed("away") }
        do {
            // As it comes over the wire.
            let batch = try JSONDecoder().decode(ReadingsBatch.self, from: JSONEncoder().encode(batch))
            if let fault = batch.fault { return .refused(fault) }
            guard let receipt = try await store.addReadings(batch, of: "web-1", keyID: "k", now: time.now) else {
                return .failed("too many hosts")
            }
            receipts.taken += receipt.taken
            receipts.known += receipt.known
            receipts.refused += receipt.refused
            if mood == .diesBeforeItAnswers {
                mood = .isAway
                return .failed("cut off")
            }
            return .settled(receipt)
        } catch { return .failed("\(error)") }
    }
}

@Suite("An agent whose server is away for an hour")
struct AwayHourTests {
    private static let minute: Int64 = 60_000
    /// A whole minute.
    private static let begin: Int64 = 1_767_225_600_000
    private static let uptime = HostSeries(.uptime)

    private let directory: TemporaryDirectory
    private let time = SimulatedTime(at: begin)

    init() throws { directory = try TemporaryDirectory("venus-hour") }

    /// One that begins on what the last has left.
    private func start(_ destination: StoredDestination) throws -> (agent: HostAgent, run: Task<Void, Never>) {
        var open: HostReading?
        let spool = try ReadingSpool(folder: directory.file("readings"), newProducer: "p", open: &open)
        let time = time
        let agent = HostAgent(
            identity: .init(environment: "test", version: "1"), timing: AgentTiming(),
            reader: HostReader(
                root: VenusBinary.packageRoot + "/Tests/VenusHostTests/Kernels/6.18", time: { time.reading }),
            spool: spool, open: open, destination: destination, now: { time.now }, wait: time.wait, tell: { _ in })
        return (agent, Task { await agent.run() })
    }

    /// Leaves what `kill -9` at this moment does: the files as they are now, whatever the agent does at its end.
    private func kill(_ run: Task<Void, Never>) async throws {
        let (readings, left) = (directory.file("readings"), directory.file("left"))
        try FileManager.default.copyItem(atPath: readings, toPath: left)
        run.cancel()
        await run.value
        try FileManager.default.removeItem(atPath: readings)
        try FileManager.default.moveItem(atPath: left, toPath: readings)
    }

    private func run(to minutes: Double) async throws {
        try await time.run(to: Self.begin + Int64(minutes * Double(Self.minute)))
    }

    /// Files of minutes that wait.
    private var waiting: Int {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: directory.file("readings"))
                .count { $0.hasSuffix(".reading") }
        }
    }

    @Test("reads on, is killed and begins anew, as is the server: afterwards every minute is there once")
    func hour() async throws {
        let destination = try await StoredDestination(path: directory.file("venus.sqlite"), time: time)
        var (agent, run) = try start(destination)
        try await self.run(to: 5.75)
        try await eventually("the first minutes") { try waiting == 0 }
        // The server dies with what it has taken: nobody is told.
        await destination.become(.diesBeforeItAnswers)
        try await self.run(to: 8)
        try await eventually("its end") { await destination.mood == .isAway }
        try await self.run(to: 35.5)
        #expect(try await destination.minutes().count == 6)
        #expect(try waiting == 30)

        // So does the agent, in the middle of a minute; a quarter of one later there is another.
        try await kill(run)
        time.skip(to: Self.begin + 35 * Self.minute + 45_000)
        (agent, run) = try start(destination)
        try await self.run(to: 66)
        #expect(try waiting == 61)
        #expect(try await destination.minutes().count == 6)

        // Both die once more while the hour is sent.
        try await destination.reopen()
        await destination.become(.diesBeforeItAnswers)
        try await self.run(to: 69)
        try await eventually("its other end") { await destination.mood == .isAway }
        // Thirty minutes are a request, one of which it had.
        #expect(try await destination.minutes().count == 35)
        try await kill(run)
        (agent, run) = try start(destination)
        try await destination.reopen()
        await destination.become(.takes)
        try await self.run(to: 75.75)
        try await eventually(within: .seconds(30), "all of it") { try waiting == 0 }
        agent.stop()
        await run.value

        let minutes = try await destination.minutes()
        let first = Self.begin / 1_000
        #expect(minutes.map(\.bucket) == minutes.indices.map { first + 60 * Int64($0) } && minutes.count == 76)
        let seconds = minutes.map { $0.reading[Self.uptime]?.seconds ?? 0 }
        for (minute, covered) in seconds.enumerated() where minute != 35 && minute < minutes.count - 1 {
            #expect(covered == 60, "minute \(minute)")
        }
        // Half a minute of the one that was killed, a quarter of the other.
        #expect(seconds[35] == 45)
        let receipts = await destination.receipts
        #expect(receipts.taken == minutes.count && receipts.refused == 0)
        // What it had taken without saying so came again.
        #expect(receipts.known == 31)
        await destination.close()
    }
}
