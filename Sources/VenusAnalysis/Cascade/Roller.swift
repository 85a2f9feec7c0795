package import Logging
import VenusCore
package import VenusStore

/// Makes the coarser tiers from the finer ones, bucket by bucket as they are marked, and removes what is past its
/// retention. One roller works at a time, by a lease; any analyzer may be it.
package struct Roller {
    private let store: any Store
    private let clock: any WallClock
    private let configuration: AnalyzerConfiguration
    private let logger: Logger
    private var lease: LeaseStateMachine
    private var nextPrune: Int64 = 0
    private var trouble = RepeatedLog()

    package init(store: any Store, clock: any WallClock, configuration: AnalyzerConfiguration, logger: Logger) {
        self.store = store
        self.clock = clock
        self.configuration = configuration
        self.logger = logger
        lease = LeaseStateMachine(duration: configuration.leaseDuration, retryAfter: .seconds(2), now: clock.now)
    }

    package mutating func run(until stop: StopSignal) async {
        while !stop.isRaised, !Task.isCancelled {
            await step(until: stop)
            await clock.sleep(until: clock.now + Self.interval)
        }
        guard let held = lease.lease else { return }
        // Not released, it runs out by itself.
        try? await store.releaseLease(held)
    }

    /// Makes every bucket that is due, finest tier first, so that a parent finds its children made.
    package mutating func step(until stop: StopSignal) async {
        do {
            for tier in Tier.allCases where tier.child != nil {
                while !stop.isRaised, try await hold() {
                    let marks = try await store.dueMarks(tier: tier, limit: Self.marksAtOnce)
                    guard !marks.isEmpty else { break }
                    let made = try await recompute(marks, until: stop)
                    if made < Self.marksAtOnce { break }
                }
            }
            try await prune()
            trouble.reset()
        } catch {
            if (error as? StoreError)?.code == .fenced { lease.lost(now: clock.now) }
            trouble.write(
                logger, .warning, "the tiers of history could not be brought up to date; trying again", now: clock.now,
                metadata: ["error": "\(error)"])
        }
    }

    /// Returns how many were made: one that the store refuses does not keep the others waiting.
    private mutating func recompute(_ marks: [RollupMark], until stop: StopSignal) async throws -> Int {
        var made = 0
        for mark in marks {
            guard !stop.isRaised, try await hold(), let held = lease.lease else { break }
            do {
                try await store.recompute(mark, under: held)
                made += 1
            } catch let error as StoreError where error.code == .refused || error.code == .corrupt {
                trouble.write(
                    logger, .error, "a bucket of history could not be made from its parts", now: clock.now,
                    metadata: ["tier": "\(mark.tier.name)", "bucket": "\(mark.bucket)", "error": "\(error)"])
            }
        }
        return made
    }

    private mutating func hold() async throws -> Bool {
        if lease.action(now: clock.now) == .ask {
            do {
                let answer = try await store.acquireLease(
                    Lease.roller, owner: configuration.owner, duration: configuration.leaseDuration)
                _ = lease.answered(answer, now: clock.now)
            } catch {
                lease.failed(now: clock.now)
                throw error
            }
        }
        return lease.lease != nil
    }

    private mutating func prune() async throws {
        guard lease.lease != nil, clock.now >= nextPrune else { return }
        try await store.prune(nowSeconds: clock.now / 1_000, retention: configuration.retention.seconds)
        nextPrune = clock.now + configuration.pruneInterval.milliseconds
    }

    private static let interval: Int64 = 1_000
    private static let marksAtOnce = 100
}
