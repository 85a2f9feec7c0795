import Logging
import Synchronization
import TestSupport
import VenusAnalysis
import VenusCallLog
import VenusCore
import VenusStore

/// A log, a store and a clock, and owners of shard 0 that share them.
final class ShardHouse {
    let log = MemoryCallLog()
    let clock: ManualClock
    let store: FaultyStore
    let frames = FrameBox()
    private let directory: TemporaryDirectory

    init(at second: Int64 = Samples.epoch) async throws {
        directory = try TemporaryDirectory()
        clock = ManualClock(second * 1_000)
        store = FaultyStore(
            try await SQLiteStore(path: directory.file("venus.sqlite"), logger: Logger(label: "test")))
    }

    func owner(_ name: String = "one", leaseDuration: Duration = .seconds(60), readLimit: Int = 512) -> ShardOwner {
        var configuration = AnalyzerConfiguration(owner: name)
        configuration.leaseDuration = leaseDuration
        configuration.readLimit = readLimit
        return ShardOwner(
            shard: 0, callLog: log, store: store, clock: clock, configuration: configuration,
            share: ShardShare(shards: 1), logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            publish: { [frames] in frames.put($0) })
    }

    func roller() -> Roller {
        Roller(
            store: store, clock: clock, configuration: AnalyzerConfiguration(owner: "roller"),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// Appends a block now.
    @discardableResult
    func append(_ block: CallBlock) -> EntryID { log.append(BlockEncoder.entry(block), at: clock.now) }

    /// Moves on to a second and lets the owner read all and tick there.
    func tick(_ owner: inout ShardOwner, at second: Int64) async {
        clock.move(to: second * 1_000)
        guard await owner.hold() else { return }
        while await owner.read(wait: .zero) {}
        await owner.tick()
    }

    /// Stored totals by bucket and key.
    func rows(_ tier: Tier, _ level: Level) async throws -> [Int64: [SeriesKey: KPITotals]] {
        var rows: [Int64: [SeriesKey: KPITotals]] = [:]
        for row in try await store.rollups(RollupQuery(tier: tier, from: 0, to: 4_000_000_000, level: level)) {
            rows[row.bucket, default: [:]][row.key] = row.totals
        }
        return rows
    }

    func calls() async throws -> UInt64 {
        try await rows(.minute, .total).values.flatMap(\.values).reduce(0) { $0 + $1.calls }
    }
}

/// The last frame that was published.
final class FrameBox: Sendable {
    private let frame = Mutex<FeedFrame?>(nil)
    func put(_ new: FeedFrame) { frame.withLock { $0 = new } }
    var last: FeedFrame? { frame.withLock { $0 } }
}

extension FeedFrame {
    /// Totals by key of one level in one window, where there are any.
    func totals(_ window: Window, _ level: Level) -> [SeriesKey: KPITotals] {
        let place = Window.allCases.firstIndex(of: window)!
        var totals: [SeriesKey: KPITotals] = [:]
        for series in series where series.key.level == level && !series.windows[place].isEmpty {
            totals[series.key] = series.windows[place]
        }
        return totals
    }
}
