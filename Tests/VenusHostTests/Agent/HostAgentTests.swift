import Foundation
import Synchronization
import TestSupport
import Testing
import VenusCore
import VenusHost

/// A server in memory: takes each number once, unless it is told to be away, or to lose its answers.
private final class TakingDestination: ReadingsDestination {
    enum Mood: Sendable { case takes, isAway, losesAnswers, refuses(seconds: Double), refusesTimes }

    struct State {
        var mood = Mood.takes
        var seconds = 0.0
        var minutes: Set<Int64> = []
        var highest: [String: UInt64] = [:]
        var batches = 0
        var latest: HostReading?
        var dropped: UInt64 = 0
    }

    let state = Mutex(State())

    func publish(_ batch: ReadingsBatch) async -> PublishOutcome {
        state.withLock { state in
            state.batches += 1
            if case .isAway = state.mood { return .failed("away") }
            if case .refusesTimes = state.mood { return .settled(ReadingsReceipt(refused: batch.readings.count)) }
            if case .refuses(let odd) = state.mood,
                batch.readings.contains(where: { ($0.reading[HostSeries(.uptime)]?.last ?? 0) == odd })
            {
                return .refused("odd")
            }
            var receipt = ReadingsReceipt()
            for item in batch.readings {
                guard item.sequence > state.highest[batch.producer, default: 0] else {
                    receipt.known += 1
                    continue
                }
                state.highest[batch.producer] = item.sequence
                receipt.taken += 1
                state.seconds += item.reading[HostSeries(.uptime)]?.seconds ?? 0
                state.minutes.insert(item.reading.start / 60_000)
            }
            state.latest = batch.latest
            state.dropped = batch.dropped
            if case .losesAnswers = state.mood { return .failed("cut off") }
            return .settled(receipt)
        }
    }
}

@Suite("An agent")
struct HostAgentTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory("venus-agent") }

    private func makeAgent(
        _ destination: some ReadingsDestination, timing: AgentTiming, filled: [HostReading] = [],
        tell: @escaping @Sendable (HostAgent.Event) -> Void = { _ in }
    ) throws -> HostAgent {
        var open: HostReading?
        let spool = try ReadingSpool(folder: directory.path + "/readings", newProducer: "p", open: &open)
        for reading in filled { spool.append(reading) }
        return HostAgent(
            identity: .init(environment: "test", version: "1"), timing: timing, reader: HostReader(), spool: spool,
            open: open, destination: destination, now: { Int64(Date().timeIntervalSince1970 * 1_000) }, tell: tell)
    }

    private func minute(_ number: Int64, marked: Double = 1) -> HostReading {
        var reading = HostReading(start: number * 60_000, end: (number + 1) * 60_000)
        reading.add(HostSeries(.uptime), marked, seconds: 60)
        return reading
    }

    @Test("sends what waits, in requests of some, and what it read itself when it is told to stop")
    func backlog() async throws {
        let destination = TakingDestination()
        destination.state.withLock { $0.mood = .losesAnswers }
        var timing = AgentTiming(read: 100, publish: 100)
        timing.firstRetry = 1
        timing.lastRetry = 20
        let agent = try makeAgent(destination, timing: timing, filled: (1...70).map { minute($0) })
        let run = Task { await agent.run() }
        try await eventually(holds: { destination.state.withLock { $0.batches > 3 } })
        destination.state.withLock { $0.mood = .takes }
        try await eventually(holds: { destination.state.withLock { $0.minutes.count >= 70 } })
        try await eventually(holds: { destination.state.withLock { $0.latest != nil } })
        agent.stop()
        await run.value
        let state = destination.state.withLock { $0 }
        let own = state.seconds - 70 * 60
        #expect(state.minutes.count <= 73)
        // Whatever it read is there once, however often it was sent.
        #expect(own > 0.05 && own < 30)
        #expect(state.highest["p"] ?? 0 > 70)
    }

    @Test("a minute that the server will never take is left out and counted, and the others go on")
    func poison() async throws {
        let destination = TakingDestination()
        destination.state.withLock { $0.mood = .refuses(seconds: 13) }
        var timing = AgentTiming(read: 100, publish: 100)
        timing.firstRetry = 1
        timing.lastRetry = 5
        let minutes = (1...40).map { minute($0, marked: $0 == 17 ? 13 : 1) }
        let agent = try makeAgent(destination, timing: timing, filled: minutes)
        let run = Task { await agent.run() }
        try await eventually(holds: { destination.state.withLock { $0.minutes.count >= 39 && $0.dropped == 1 } })
        agent.stop()
        await run.value
        #expect(destination.state.withLock { !$0.minutes.contains(17) && $0.minutes.contains(40) })
    }

    @Test("minutes of a time that cannot be are told of, since nobody will see them")
    func refusedTimes() async throws {
        let destination = TakingDestination()
        destination.state.withLock { $0.mood = .refusesTimes }
        let events = Mutex<[HostAgent.Event]>([])
        let timing = AgentTiming(read: 50, publish: 100)
        let agent = try makeAgent(destination, timing: timing, filled: [minute(5)]) { event in
            events.withLock { $0.append(event) }
        }
        let run = Task { await agent.run() }
        try await eventually(holds: {
            events.withLock { events in events.contains { if case .dropped = $0 { true } else { false } } }
        })
        agent.stop()
        await run.value
    }

    @Test("whose disk is full sends what it reads all the same, and says once that it cannot keep it")
    func fullDisk() async throws {
        let destination = TakingDestination()
        let events = Mutex<[HostAgent.Event]>([])
        let agent = try makeAgent(destination, timing: AgentTiming(read: 20, publish: 100)) { event in
            events.withLock { $0.append(event) }
        }
        // In its place nothing can be written.
        try FileManager.default.createDirectory(
            atPath: directory.path + "/readings/new", withIntermediateDirectories: false)
        let run = Task { await agent.run() }
        try await eventually(holds: { destination.state.withLock { $0.latest != nil && $0.batches > 5 } })
        agent.stop()
        await run.value
        #expect(destination.state.withLock { $0.seconds > 0 && $0.dropped == 0 })
        #expect(events.withLock { events in events.count { $0 == .cannotKeep } } == 1)
    }

    @Test("whose server is away keeps its minutes for the next one, and stops in time")
    func away() async throws {
        let destination = TakingDestination()
        destination.state.withLock { $0.mood = .isAway }
        let first = try makeAgent(destination, timing: AgentTiming(read: 50, publish: 100), filled: [minute(5)])
        let run = Task { await first.run() }
        try await eventually(holds: { destination.state.withLock { $0.batches > 1 } })
        first.stop()
        await run.value
        destination.state.withLock { $0.mood = .takes }
        let second = try makeAgent(destination, timing: AgentTiming(read: 10_000, publish: 100))
        let again = Task { await second.run() }
        try await eventually(holds: { destination.state.withLock { $0.minutes.count >= 2 } })
        second.stop()
        await again.value
        #expect(destination.state.withLock { $0.minutes.contains(5) && $0.highest["p"] ?? 0 >= 2 })
    }

    @Test("rests at its start and when it has sent, and not after each reading")
    func rests() async throws {
        let destination = TakingDestination()
        let begin: Int64 = 1_767_225_600_000
        let time = SimulatedTime(at: begin)
        let rests = Mutex(0)
        var open: HostReading?
        let spool = try ReadingSpool(folder: directory.path + "/readings", newProducer: "p", open: &open)
        let root = VenusBinary.packageRoot + "/Tests/VenusHostTests/Kernels/6.18"
        let agent = HostAgent(
            identity: .init(environment: "test", version: "1"), timing: AgentTiming(),
            reader: HostReader(root: root, time: { time.reading }), spool: spool, open: open, destination: destination,
            now: { time.now }, wait: time.wait, rest: { rests.withLock { $0 += 1 } }, tell: { _ in })
        let run = Task { await agent.run() }
        try await time.run(to: begin + 600_000)
        let batches = { destination.state.withLock { $0.batches } }
        // Twice at the start: before the first reading there is nothing but a look. Sixty readings follow.
        try await eventually("the rest after the last publishing") { rests.withLock { $0 } == batches() + 2 }
        #expect(batches() > 0 && batches() < 30)
        agent.stop()
        await run.value
    }
}
