import Logging
import VenusAnalysis
import VenusStore

/// Reads the bucket that hosts' readings come through, on one server at a time, by a lease; any server may be it.
actor BucketDuty {
    /// How it stands with the bucket, as seen from this server.
    enum Standing: String, Sendable {
        case ok
        case failing
        /// Another server reads it, or nobody has yet.
        case elsewhere
    }

    private static let step: Duration = .seconds(1)
    private static let leaseDuration: Duration = .seconds(30)

    private let store: any HostStore
    private let intake: BucketIntake
    private let bucket: BucketAddress
    private let interval: Int64
    private let logger: Logger
    /// Milliseconds since the epoch.
    private let now: @Sendable () -> Int64
    private let owner = Token.random().text
    private var lease: LeaseStateMachine
    private var nextLook: Int64 = 0
    /// What was said last.
    private var told: String?
    private(set) var standing = Standing.elsewhere

    init(
        _ configuration: HostsBucketConfiguration, store: any HostStore, logger: Logger,
        now: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.logger = logger
        self.now = now
        bucket = configuration.bucket
        interval = configuration.interval.milliseconds
        lease = LeaseStateMachine(duration: Self.leaseDuration, retryAfter: .seconds(5), now: now())
        intake = BucketIntake(
            bucket, objects: S3Client(bucket, configuration: configuration.storage, now: now), store: store,
            removes: configuration.objects == .delete, interval: configuration.interval, logger: logger, now: now)
    }

    /// Until the task is cancelled; then the lease is given up.
    func run() async {
        while !Task.isCancelled {
            await work()
            try? await Task.sleep(for: Self.step)
        }
        guard let held = lease.lease else { return }
        // Not released, it runs out by itself.
        try? await store.releaseLease(held)
    }

    private func work() async {
        do {
            guard try await hold(), let held = lease.lease, now() >= nextLook else { return }
            let outcome = try await intake.look(under: held) { try await self.hold() }
            nextLook = now() + interval
            standing = outcome.failure == nil ? .ok : .failing
            tell(outcome.failure)
        } catch {
            guard !Task.isCancelled else { return }
            if (error as? StoreError)?.code == .fenced { lease.lost(now: now()) }
            await intake.forget()
            standing = .failing
            nextLook = now() + Self.leaseDuration.milliseconds / 10
            tell("\(error)")
        }
    }

    /// Once, for as long as it is the same.
    private func tell(_ failure: String?) {
        guard failure != told else { return }
        if let failure {
            logger.warning(
                "Hosts' readings in the bucket cannot be read, and wait there",
                metadata: ["bucket": "\(bucket)", "error": "\(failure)"])
        } else {
            logger.info("Hosts' readings in the bucket are read again", metadata: ["bucket": "\(bucket)"])
        }
        told = failure
    }

    private func hold() async throws -> Bool {
        guard lease.action(now: now()) == .ask else { return lease.lease != nil }
        do {
            let answer = try await store.acquireLease(
                Lease.readings(in: bucket.description), owner: owner, duration: Self.leaseDuration)
            switch lease.answered(answer, now: now()) {
            case .taken:
                await intake.forget()
                nextLook = 0
            case .lost, .heldByAnother: standing = .elsewhere
            case .renewed: break
            }
        } catch {
            lease.failed(now: now())
            throw error
        }
        return lease.lease != nil
    }
}
