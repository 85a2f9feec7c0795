public import Logging
public import ServiceLifecycle
public import VenusCallLog
public import VenusStore

/// Turns the call log into KPIs: reads the shards whose leases it gets, commits and publishes each second, and makes
/// the coarser tiers of history. Shards that the log counted among its own once are read on as long as they matter.
///
/// Any number of analyzers may run; the leases in the store decide who owns which shard, and who takes over. It never
/// ends by itself: a store or log that is away is asked again.
public final class Analyzer: Service {
    private let callLog: any CallLog
    private let store: any Store
    private let feed: any LiveFeed
    private let clock: any WallClock
    private let configuration: AnalyzerConfiguration
    private let logger: Logger

    public init(
        callLog: any CallLog, store: any Store, feed: any LiveFeed, configuration: AnalyzerConfiguration,
        clock: any WallClock = SystemWallClock(), logger: Logger
    ) {
        self.callLog = callLog
        self.store = store
        self.feed = feed
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
    }

    /// Runs until graceful shutdown, or until its task is cancelled: then every shard is read once more, committed and
    /// given up.
    public func run() async throws {
        let stop = StopSignal()
        await withGracefulShutdownHandler {
            await work(until: stop)
        } onGracefulShutdown: {
            stop.raise()
        }
    }

    private func work(until stop: StopSignal) async {
        let share = ShardShare(shards: callLog.shards)
        let budget = KeyBudget()
        await withDiscardingTaskGroup { publishers in
            await withDiscardingTaskGroup { owners in
                func own(_ shard: Int, _ share: ShardShare) {
                    let publisher = FeedPublisher(feed: feed, clock: clock, logger: logger)
                    publishers.addTask { await publisher.run() }
                    owners.addTask {
                        var owner = ShardOwner(
                            shard: shard, callLog: self.callLog, store: self.store, clock: self.clock,
                            configuration: self.configuration, share: share, budget: budget, logger: self.logger,
                            publish: { publisher.offer($0) })
                        await owner.run(until: stop)
                        publisher.finish()
                    }
                }
                for shard in 0..<callLog.shards { own(shard, share) }
                owners.addTask {
                    var membership = Membership(
                        shards: self.callLog.shards, share: share, store: self.store, clock: self.clock,
                        configuration: self.configuration, logger: self.logger)
                    await membership.run(until: stop)
                }
                owners.addTask {
                    var roller = Roller(
                        store: self.store, clock: self.clock, configuration: self.configuration, logger: self.logger)
                    await roller.run(until: stop)
                }
                owners.addTask {
                    var freed = FreedMemory(of: budget, clock: self.clock)
                    await freed.run(until: stop)
                }
                let former = await FormerShards(callLog: callLog, store: store, clock: clock, logger: logger)
                    .find(until: stop)
                // They are not shared out: whoever comes first reads them.
                let all = ShardShare(shards: former.count)
                for shard in former { own(shard, all) }
            }
            // Nobody waits for a feed that does not take the last frame.
            publishers.cancelAll()
        }
    }
}
