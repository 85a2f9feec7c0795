package import Logging
package import VenusCallLog
import VenusCore
package import VenusStore

/// Holds one shard's lease, reads its entries, and commits each second; performs what ``ShardAnalysis`` and
/// ``LeaseStateMachine`` say.
///
/// It never gives up: a store or log that is away is asked again, with growing waits. What was read since the last
/// commit is thrown away whenever a commit did not certainly happen, and read again from the stored cursor.
package struct ShardOwner {
    private let shard: Int
    private let shards: Int
    private let callLog: any CallLog
    private let store: any Store
    private let clock: any WallClock
    private let configuration: AnalyzerConfiguration
    private let logger: Logger
    private let share: ShardShare
    private let budget: KeyBudget
    private let publish: @Sendable (FeedFrame) -> Void

    /// Whether a free lease was left to others once, because we have our share.
    private var hasHeldBack = false
    private var lease: LeaseStateMachine
    private var analysis: ShardAnalysis?
    /// When to read the shard's state from the store (again).
    private var recoverAt: Int64 = 0
    private var recoverWait = RetryWait()
    private var readAt: Int64 = 0
    private var readWait = RetryWait()
    /// The log held more than was read at once.
    private var isBehind = true
    private var isLogAway = false
    /// Behind a connection that broke there may be another server by now, which has given out other ids.
    private var mustReadAgain = false
    private var nextLogCheck: Int64 = 0
    private var trimmed = EntryID.start
    private var trimWatch = TrimWatch()

    private var storeTrouble = RepeatedLog()
    private var logTrouble = RepeatedLog()
    private var lossTrouble = RepeatedLog()
    private var trimTrouble = RepeatedLog()
    private var newerTrouble = RepeatedLog()
    private var quarantineTrouble = RepeatedLog()

    /// - Parameters:
    ///   - shard: may be one that the log no longer counts among its own.
    ///   - share: that of all shards of this analyzer.
    ///   - budget: that of all shards of this analyzer.
    ///   - publish: takes the frame of each tick; must not wait.
    package init(
        shard: Int, callLog: any CallLog, store: any Store, clock: any WallClock, configuration: AnalyzerConfiguration,
        share: ShardShare, budget: KeyBudget = KeyBudget(), logger: Logger,
        publish: @escaping @Sendable (FeedFrame) -> Void
    ) {
        self.shard = shard
        shards = max(callLog.shards, shard + 1)
        self.callLog = callLog
        self.store = store
        self.clock = clock
        self.configuration = configuration
        self.share = share
        self.budget = budget
        self.publish = publish
        var logger = logger
        logger[metadataKey: "shard"] = "\(shard)"
        self.logger = logger
        lease = LeaseStateMachine(duration: configuration.leaseDuration, retryAfter: Self.retryAfter, now: clock.now)
    }

    /// Works until the signal is raised or the task is cancelled; then reads what is there once more, commits, and
    /// releases the lease.
    package mutating func run(until stop: StopSignal) async {
        while !stop.isRaised, !Task.isCancelled {
            let nextTick = (clock.now / 1_000 + 1) * 1_000
            if share.mustGiveUp(shard, now: clock.now) { await giveUp() }
            guard await hold() else {
                await clock.sleep(until: nextTick)
                continue
            }
            while clock.now < nextTick, !stop.isRaised, !Task.isCancelled, !isStepFull {
                guard clock.now >= readAt else {
                    await clock.sleep(until: min(readAt, nextTick))
                    continue
                }
                await read(wait: .milliseconds(max(0, nextTick - clock.now)))
            }
            if clock.now >= nextTick {
                await tick()
            } else if isStepFull {
                await commit()
            }
        }
        await finish()
    }

    package var ownsShard: Bool { analysis != nil }

    /// Takes or renews the lease where it is time, and reads the shard's state where that is not known.
    ///
    /// - Returns: whether the shard is ours, and its state known.
    package mutating func hold() async -> Bool {
        if lease.action(now: clock.now) == .ask {
            if lease.lease == nil, share.isFull, !hasHeldBack {
                hasHeldBack = true
                lease.wait(until: clock.now + Self.holdBack)
            } else {
                hasHeldBack = false
                await askForLease()
            }
        }
        guard lease.lease != nil else { return false }
        if analysis == nil, clock.now >= recoverAt, let lease = lease.lease { await recover(under: lease) }
        return analysis != nil
    }

    private mutating func askForLease() async {
        do {
            let answer = try await store.acquireLease(
                Lease.shard(shard), owner: configuration.owner, duration: configuration.leaseDuration)
            storeTrouble.reset()
            switch lease.answered(answer, now: clock.now) {
            case .taken(let lease):
                logger.info("took the shard", metadata: ["epoch": "\(lease.epoch)"])
                share.took(shard, now: clock.now)
                analysis = nil
                recoverAt = 0
            case .renewed, .heldByAnother: break
            case .lost:
                logger.warning("another analyzer owns the shard now")
                share.gaveUp(shard, now: clock.now)
                analysis = nil
            }
        } catch {
            lease.failed(now: clock.now)
            noteStoreTrouble("the store did not answer for the shard's lease", error)
        }
    }

    private mutating func recover(under lease: Lease) async {
        do {
            let now = clock.now
            let stored = try await whileRenewing(lease) { [shard, shards, store] in
                try await StoredShard.read(shard, of: shards, from: store, now: now)
            }
            let bounds = KeyTable.Bounds(
                operationsPerEdge: configuration.maximumOperationsPerEdge, services: configuration.maximumServices,
                operations: configuration.maximumOperations)
            analysis = ShardAnalysis(
                recovering: stored, shards: shards, bounds: bounds, budget: budget,
                maximumInstances: configuration.maximumInstances,
                maximumFeedOperations: configuration.maximumFeedOperations, now: now)
            trimWatch = TrimWatch(cursor: stored.cursor)
            recoverWait.succeeded()
            storeTrouble.reset()
            isBehind = true
            nextLogCheck = 0
        } catch {
            recoverAt = clock.now + recoverWait.failed()
            noteStoreTrouble("the shard's state could not be read", error)
        }
    }

    /// Keeps a lease of ours while something takes long: the state of a busy shard may take longer to read than a lease
    /// lasts. One that was lost meanwhile is noticed at the next commit.
    private func whileRenewing<Value: Sendable>(
        _ lease: Lease, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { [store, duration = configuration.leaseDuration] in
                while (try? await Task.sleep(for: duration / 3)) != nil {
                    _ = try? await store.acquireLease(lease.name, owner: lease.owner, duration: duration)
                }
                return nil
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let ended = try await group.next() { if let value = ended { return value } }
            throw CancellationError()
        }
    }

    // MARK: Reading

    /// Whether the step is so large that it should be committed before its second is over.
    package var isStepFull: Bool {
        guard let analysis else { return false }
        return analysis.stepCalls >= configuration.maximumStepCalls
            || analysis.stepCells >= configuration.maximumStepCells
            || analysis.stepEntries >= configuration.maximumStepEntries
    }

    /// Reads once, and takes what came.
    ///
    /// - Returns: whether anything was taken.
    @discardableResult
    package mutating func read(wait: Duration) async -> Bool {
        guard let cursor = analysis?.cursor else { return false }
        do {
            if mustReadAgain || clock.now >= nextLogCheck { try await checkLog() }
            let entries = try await callLog.read(
                shard: shard, after: analysis?.cursor ?? cursor, limit: configuration.readLimit, wait: wait)
            isBehind = entries.count >= configuration.readLimit
            isLogAway = false
            readWait.succeeded()
            logTrouble.reset()
            let taken = take(entries)
            noteBacklog()
            return taken
        } catch {
            isLogAway = true
            mustReadAgain = mustReadAgain || !(error is CancellationError)
            analysis?.hasBacklog = true
            readAt = clock.now + readWait.failed()
            logTrouble.write(
                logger, .warning, "the call log cannot be read; trying again", now: clock.now,
                metadata: ["error": "\(error)"])
            return false
        }
    }

    /// Under a steady load there is always more to read; the windows miss something only where that is old.
    private mutating func noteBacklog() {
        guard let cursor = analysis?.cursor else { return }
        let isOld = Int64(clamping: cursor.milliseconds) < clock.now - Self.backlogAge
        let hasBacklog = isBehind && isOld
        analysis?.hasBacklog = hasBacklog
    }

    private mutating func take(_ entries: [LogEntry]) -> Bool {
        let now = clock.now
        for (place, entry) in entries.enumerated() {
            switch analysis?.consume(entry, now: now) {
            case .taken, nil: trimWatch.took(1)
            case .waits(let version):
                isBehind = true
                // What follows waits too; a newer Venus that takes over goes on here.
                readAt = now + 1_000
                newerTrouble.write(
                    logger, .error,
                    "the log holds entries of a newer format than this version of Venus reads; they wait", now: now,
                    metadata: ["entry": "\(entry.id)", "v": "\(version)"])
                return place > 0
            }
        }
        return !entries.isEmpty
    }

    /// A log that was restored or emptied, and a replica that took over, may give out ids that we think are behind us.
    /// So it is read again from its oldest entry, which is hardly older than the cursor: what is committed is trimmed.
    /// What is counted is known by the producers' sequence numbers.
    private mutating func checkLog() async throws {
        let extent = try await callLog.extent(shard: shard)
        let newest = extent.newest
        nextLogCheck = clock.now + Self.logCheckInterval
        guard let cursor = analysis?.cursor else { return }
        if newest >= cursor, trimWatch.suspects(extent) {
            let left = try await count(through: cursor, from: extent.oldest)
            if let finding = trimWatch.judge(extent, countUpToCursor: left) {
                logger.warning(
                    "somebody trims the call log: entries are gone that were not read",
                    metadata: [
                        "after": "\(finding.after)", "before": "\(finding.before)",
                        "entries": "\(finding.entries.map { "\($0)" } ?? "unknown")",
                    ])
                let now = clock.now
                analysis?.noteTrimmed(finding, now: now)
            }
        }
        if newest < cursor {
            logger.warning(
                "the call log is older than what was read of it; reading all of it again",
                metadata: ["newest": "\(newest)", "cursor": "\(cursor)"])
        } else if !mustReadAgain {
            return
        }
        mustReadAgain = false
        analysis?.readAgain()
        trimmed = .start
        trimWatch = TrimWatch()
    }

    /// How many entries the log holds up to this one.
    private func count(through cursor: EntryID, from oldest: EntryID?) async throws -> UInt64 {
        guard let oldest, oldest <= cursor else { return 0 }
        var count = 0
        var place = EntryID.start
        while true {
            let entries = try await callLog.read(
                shard: shard, after: place, limit: configuration.readLimit, wait: .zero)
            let upTo = entries.prefix { $0.id <= cursor }
            count += upTo.count
            guard upTo.count == entries.count, let last = entries.last else { return UInt64(count) }
            place = last.id
        }
    }

    // MARK: Committing

    /// Ends the second: commits, and publishes the windows.
    package mutating func tick() async {
        guard await commit(), let analysis, let lease = lease.lease else { return }
        publish(analysis.frame(epoch: lease.epoch, at: clock.now / 1_000 * 1_000))
        await trim()
    }

    /// Commits what was read since the last commit.
    ///
    /// - Returns: whether everything is committed.
    @discardableResult
    package mutating func commit() async -> Bool {
        guard let lease = lease.lease, analysis != nil else { return false }
        let now = clock.now
        let horizon = isBehind ? Int64(clamping: analysis?.cursor.milliseconds ?? 0) : now
        guard let commit = analysis?.tick(now: now, horizon: horizon) else { return true }
        do {
            try await store.commit(commit, under: lease)
            storeTrouble.reset()
            note(commit)
            return true
        } catch {
            // What was not certainly written is read again, from where the store says.
            analysis = nil
            if (error as? StoreError)?.code == .fenced {
                self.lease.lost(now: clock.now)
                share.gaveUp(shard, now: clock.now)
                logger.warning(
                    "a commit was refused: the shard's lease is not ours any more",
                    metadata: ["epoch": "\(lease.epoch)"])
            } else {
                recoverAt = clock.now + recoverWait.failed()
                noteStoreTrouble("a commit failed; going on from what the store holds", error)
            }
            return false
        }
    }

    private mutating func note(_ commit: ShardCommit) {
        if let first = commit.losses.first {
            lossTrouble.write(
                logger, .warning, "calls were lost on their way here", now: clock.now,
                metadata: [
                    "service": "\(first.service)", "producer": "\(first.producer)", "losses": "\(commit.losses.count)",
                    "calls": "\(commit.losses.reduce(0) { $0 &+ $1.count })",
                ])
        }
        guard let first = commit.quarantined.first else { return }
        quarantineTrouble.write(
            logger, .warning, "entries that cannot be read were put aside", now: clock.now,
            metadata: [
                "entry": "\(first.entryID)", "reason": "\(first.reason)", "entries": "\(commit.quarantined.count)",
            ])
    }

    /// The newest committed entry stays, so that what somebody else trims is noticed.
    private mutating func trim() async {
        guard analysis.map({ $0.cursor > trimmed }) ?? false else { return }
        do {
            // What tells of somebody else's trimming goes with ours.
            try await checkLog()
            guard let cursor = analysis?.cursor, cursor > trimmed else { return }
            try await callLog.trim(shard: shard, through: cursor.predecessor)
            trimmed = cursor
            trimWatch.trimmed(before: cursor)
            trimTrouble.reset()
        } catch {
            trimTrouble.write(
                logger, .warning, "the call log could not be trimmed", now: clock.now, metadata: ["error": "\(error)"])
        }
    }

    /// Reads what is there, commits, and gives the shard up.
    package mutating func finish() async {
        let deadline = clock.now + Self.finalReading
        while analysis != nil, clock.now < deadline, await read(wait: .zero) {
            if isStepFull { await commit() }
        }
        await giveUp()
    }

    /// Commits what was read, and releases the lease.
    package mutating func giveUp() async {
        await tick()
        analysis = nil
        guard let held = lease.lease else { return }
        lease.wait(until: clock.now + Self.rest)
        share.gaveUp(shard, now: clock.now)
        do {
            try await store.releaseLease(held)
            logger.info("gave the shard up", metadata: ["epoch": "\(held.epoch)"])
        } catch {
            logger.warning("the shard's lease could not be released; it will run out", metadata: ["error": "\(error)"])
        }
    }

    private mutating func noteStoreTrouble(_ message: String, _ error: any Error) {
        storeTrouble.write(logger, .warning, message, now: clock.now, metadata: ["error": "\(error)"])
    }

    /// A log is read up to now where what was read last is younger than this, in milliseconds.
    private static let backlogAge: Int64 = 2_000
    /// How much later we ask for a free shard where we have our share, in milliseconds.
    private static let holdBack: Int64 = 900
    /// How often we ask for a shard that another owns: at every step, which come once a second.
    private static let retryAfter: Duration = .milliseconds(900)
    /// How long we do not ask for a shard that we gave up, in milliseconds.
    private static let rest: Int64 = 4_000
    private static let logCheckInterval: Int64 = 2_000
    /// How long the last reading may take, in milliseconds.
    private static let finalReading: Int64 = 3_000
}
