import Logging
import ServiceLifecycle
import TestSupport
import Testing
import VenusAnalysis
import VenusCallLog
import VenusCore
import VenusStore

/// The whole analyzer, by the system's clock.
@Suite struct AnalyzerTests {
    private static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private func call(ending milliseconds: Int64) -> Call {
        Call(operation: 0, start: milliseconds * 1_000 - 100, duration: 100, outcome: .success)
    }

    @Test("shards that were lowered away are read until nothing is left of them, and their calls shown")
    func fewerShards() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore(path: directory.file("venus.sqlite"), logger: Self.quiet)
        let path = directory.file("journal.sqlite")
        let before = try JournalCallLog(path: path, shards: 4, logger: Self.quiet)
        let now = SystemWallClock().now
        for shard in [1, 3] {
            try await before.append(
                BlockEncoder.entry(
                    CallBlock(
                        producer: Samples.producer("p\(shard)", service: "service-\(shard)"), first: 1,
                        operations: Samples.operations, calls: [call(ending: now), call(ending: now)])), to: shard)
        }
        let log = try JournalCallLog(path: path, shards: 1, logger: Self.quiet)
        let feed = InProcessFeed()
        let analyzer = Analyzer(
            callLog: log, store: store, feed: feed, configuration: AnalyzerConfiguration(owner: "one"),
            logger: Self.quiet)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: analyzer)], logger: Self.quiet))
        let running = Task { try await group.run() }
        var counted: [Int: UInt64] = [:]
        for await frame in feed.frames() {
            counted[frame.shard] = frame.totals(.hour1, .edge).values.reduce(0) { $0 + $1.calls }
            #expect(frame.shard < frame.shards)
            if counted == [0: 0, 1: 2, 3: 2] { break }
        }
        await group.triggerGracefulShutdown()
        try await running.value
        #expect(try await store.shardState(3).producers.map(\.highest) == [2])
        await before.close()
        await log.close()
        await store.close()
    }

    @Test("a call reaches the feed with the next tick, and a graceful shutdown commits what is there")
    func live() async throws {
        let directory = try TemporaryDirectory()
        let store = try await SQLiteStore(path: directory.file("venus.sqlite"), logger: Self.quiet)
        let log = MemoryCallLog(shards: 2)
        let feed = InProcessFeed()
        let clock = SystemWallClock()
        let analyzer = Analyzer(
            callLog: log, store: store, feed: feed, configuration: AnalyzerConfiguration(owner: "one"),
            logger: Self.quiet)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: analyzer)], logger: Self.quiet))
        let running = Task { try await group.run() }

        var frames = feed.frames().makeAsyncIterator()
        var quickest = Int64.max
        for number in 1...3 as ClosedRange<UInt64> {
            // The frame says that the analyzer is at work; the call comes somewhere in its next second.
            _ = await frames.next()
            await clock.sleep(until: clock.now + Int64.random(in: 0...600))
            let end = clock.now
            log.append(
                BlockEncoder.entry(
                    CallBlock(
                        producer: Samples.producer("p"), first: number, operations: Samples.operations,
                        calls: [call(ending: end)])),
                at: clock.now, shard: 1)
            while let frame = await frames.next() {
                guard frame.shard == 1, frame.totals(.minute1, .edge).values.first?.calls == number else { continue }
                quickest = min(quickest, clock.now - end)
                break
            }
        }
        // At most one second to the tick; a machine that is busy with other things may hold up some, not all.
        #expect(quickest < 1_500)

        log.append(
            BlockEncoder.entry(
                CallBlock(
                    producer: Samples.producer("p"), first: 4, operations: Samples.operations,
                    calls: [call(ending: clock.now)])),
            at: clock.now, shard: 1)
        await group.triggerGracefulShutdown()
        try await running.value

        #expect(try await store.shardState(1).producers.map(\.highest) == [4])
        #expect(try await store.acquireLease(Lease.shard(1), owner: "two", duration: .seconds(1)) != nil)
        #expect(try await store.acquireLease(Lease.roller, owner: "two", duration: .seconds(1)) != nil)
        await store.close()
    }
}
