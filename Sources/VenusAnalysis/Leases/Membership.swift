package import Logging
package import VenusStore

/// Finds out how many analyzers run: each holds one of as many member leases as there are shards, and asks now and
/// then which of the others are held.
package struct Membership {
    private let shards: Int
    private let store: any Store
    private let clock: any WallClock
    private let configuration: AnalyzerConfiguration
    private let logger: Logger
    private let share: ShardShare

    private var own: (place: Int, lease: Lease)?
    /// The count of the step before: a single one may have met another's question instead of a member.
    private var lastCount: Int?
    private var trouble = RepeatedLog()

    package init(
        shards: Int, share: ShardShare, store: any Store, clock: any WallClock, configuration: AnalyzerConfiguration,
        logger: Logger
    ) {
        self.shards = shards
        self.share = share
        self.store = store
        self.clock = clock
        self.configuration = configuration
        self.logger = logger
    }

    package mutating func run(until stop: StopSignal) async {
        // One shard has one owner; there is nothing to share.
        guard shards > 1 else { return }
        var nextStep: Int64 = 0
        while !stop.isRaised, !Task.isCancelled {
            if clock.now >= nextStep {
                await step()
                nextStep = clock.now + configuration.leaseDuration.milliseconds / 3
            }
            await clock.sleep(until: clock.now + 500)
        }
        guard let own else { return }
        // Not released, it runs out by itself.
        try? await store.releaseLease(own.lease)
    }

    /// Renews our member lease, and counts the others'.
    package mutating func step() async {
        do {
            try await holdOwn()
            var count = own == nil ? 0 : 1
            for place in 0..<shards where place != own?.place {
                if let lease = try await store.acquireLease(
                    Self.name(place), owner: configuration.owner, duration: Self.question)
                {
                    try await store.releaseLease(lease)
                } else {
                    count += 1
                }
            }
            if count == lastCount { share.share(shards, among: max(1, count), now: clock.now) }
            lastCount = count
            trouble.reset()
        } catch {
            trouble.write(
                logger, .warning, "the analyzers cannot be counted; the shards stay where they are", now: clock.now,
                metadata: ["error": "\(error)"])
        }
    }

    private mutating func holdOwn() async throws {
        if let own, let lease = try await ask(own.place) {
            self.own = (own.place, lease)
            return
        }
        own = nil
        for place in 0..<shards {
            guard let lease = try await ask(place) else { continue }
            own = (place, lease)
            return
        }
    }

    private func ask(_ place: Int) async throws -> Lease? {
        try await store.acquireLease(
            Self.name(place), owner: configuration.owner, duration: configuration.leaseDuration)
    }

    private static func name(_ place: Int) -> String { "analyzer:\(place)" }
    /// How long a lease is held that was only asked for to see whether another holds it, should we end before we
    /// release it.
    private static let question: Duration = .milliseconds(500)
}
