/// When an agent reads, and when it sends: on the wall clock's whole intervals, so that minutes are whole; more often
/// while somebody watches, and less after failures. All times are milliseconds since the epoch.
package struct AgentStateMachine: Sendable {
    package enum Action: Sendable, Equatable {
        case read
        /// One at a time: its outcome is told by ``published(_:now:chance:)``.
        case publish
        /// Nothing is to be done before then, unless something happens.
        case wait(until: Int64)
        /// All is told, or will be by the next agent.
        case end
    }

    package enum Outcome: Sendable, Equatable {
        /// All of what was sent is settled.
        ///
        /// - Parameters:
        ///   - watchedFor: somebody watches for so long yet.
        ///   - every: how often whoever watches likes to hear.
        ///   - hasMore: whether there is more to be sent.
        case settled(watchedFor: Int64, every: Int64, hasMore: Bool)
        case failed
    }

    private enum Publishing: Sendable, Equatable {
        case due(at: Int64)
        case underway
    }

    private let timing: AgentTiming
    /// Agents that were started at once do not send at once.
    private let offset: Int64
    private var nextRead: Int64
    private var publishing: Publishing
    private var failures = 0
    private var watchedUntil: Int64 = 0
    private var watchedEvery: Int64 = 1_000
    private var isStopping = false
    /// While stopping: the last word was said, or could not be.
    private var isDone = false

    /// - Parameter chance: from 0 to 1, at random.
    package init(timing: AgentTiming, now: Int64, chance: Double) {
        self.timing = timing
        offset = Int64(Double(min(10_000, timing.publish / 4)) * min(max(chance, 0), 1))
        // The first look gives counts to compare with; the next makes a reading.
        nextRead = now
        publishing = .due(at: now + min(timing.read, timing.publish) + offset)
    }

    package func isWatched(at now: Int64) -> Bool { now < watchedUntil }

    /// What is to be done now; to be asked again after it was done.
    package mutating func next(now: Int64) -> Action {
        if isStopping {
            switch publishing {
            case .underway: return .wait(until: now + timing.lastRetry)
            case .due:
                guard !isDone else { return .end }
                publishing = .underway
                return .publish
            }
        }
        let interval = isWatched(at: now) ? min(timing.read, watchedEvery) : timing.read
        // A clock that was set back, or a watcher that has come.
        if nextRead > now + interval { nextRead = Self.following(now, interval) }
        if now >= nextRead {
            nextRead = Self.following(now, interval)
            return .read
        }
        switch publishing {
        case .underway: return .wait(until: nextRead)
        case .due(let at):
            let longest = failures > 0 ? timing.lastRetry : timing.publish + offset
            if now >= at || at > now + longest {
                publishing = .underway
                return .publish
            }
            return .wait(until: min(at, nextRead))
        }
    }

    /// - Parameter chance: from 0 to 1, at random.
    package mutating func published(_ outcome: Outcome, now: Int64, chance: Double) {
        guard case .underway = publishing else { preconditionFailure("only what is under way has an outcome") }
        switch outcome {
        case .settled(let watchedFor, let every, let hasMore):
            failures = 0
            watchedUntil = now + min(max(0, watchedFor), 3_600_000)
            watchedEvery = max(200, every)
            isDone = isStopping && !hasMore
            if hasMore {
                publishing = .due(at: now)
            } else if isWatched(at: now) {
                // With the reading that comes then.
                publishing = .due(at: Self.following(now, min(timing.publish, watchedEvery)))
            } else {
                publishing = .due(at: Self.following(now - offset, timing.publish) + offset)
            }
        case .failed:
            // Whoever watched is told anew, once there is an answer.
            watchedUntil = 0
            isDone = isStopping
            let wait = min(timing.lastRetry, timing.firstRetry << min(failures, 20))
            failures += 1
            publishing = .due(at: now + wait / 2 + Int64(Double(wait / 2) * min(max(chance, 0), 1)))
        }
    }

    /// Somebody watches, as is heard in between.
    package mutating func watched(for duration: Int64, every: Int64, now: Int64) {
        guard !isStopping, failures == 0 else { return }
        watchedUntil = max(watchedUntil, now + min(max(0, duration), 3_600_000))
        watchedEvery = max(200, every)
        guard isWatched(at: now), case .due(let at) = publishing else { return }
        publishing = .due(at: min(at, Self.following(now, min(timing.publish, watchedEvery))))
    }

    /// The agent is to end: what it has is sent once more.
    package mutating func stop() { isStopping = true }

    /// The next whole interval after `now`.
    private static func following(_ now: Int64, _ interval: Int64) -> Int64 { (now / interval + 1) * interval }
}
