/// One message on its way to one endpoint: attempts, until the receiver takes it or the schedule ends. No I/O; time and
/// chance are given.
///
/// It is stored before the first attempt and after each: after a kill an attempt that was under way is made again, with
/// the same id, by which the receiver knows it (at least once).
public struct DeliveryStateMachine: Sendable, Hashable, Codable {
    /// Where the message is; all times are seconds since the epoch.
    public enum State: Sendable, Hashable, Codable {
        /// For the attempt (from 0), not before `due`.
        case waiting(attempt: Int, due: Int64)
        case sending(attempt: Int, since: Int64)
        case delivered(at: Int64)
        case failed(Failure, at: Int64)
    }

    /// Why a message was given up.
    public enum Failure: String, Sendable, Hashable, Codable {
        /// The schedule has ended.
        case exhausted
        /// 410: the endpoint wants no more messages.
        case gone
        /// The receiver says that this message, or whoever sends it, will never do.
        case refused
        /// The endpoint was disabled meanwhile.
        case disabled
    }

    /// What follows from an attempt.
    public enum Action: Sendable, Hashable {
        case delivered
        /// - Parameter pause: until when (seconds since the epoch) nothing at all should be sent to the endpoint.
        case retry(due: Int64, pause: Int64?)
        case giveUp(Failure)
    }

    /// Seconds between attempts, the first being made at once (Standard Webhooks 1.0.0, "Deliverability and
    /// reliability").
    public static let schedule: [Int64] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
    /// Longest share of a delay by which chance lengthens it.
    public static let jitter = 0.2
    /// Seconds after which an attempt without an answer is over; recommended are 15 to 30.
    public static let timeout: Int64 = 20

    public private(set) var state: State

    public init(at now: Int64) { state = .waiting(attempt: 0, due: now) }

    /// Attempts that have begun.
    public private(set) var attempts = 0

    public var isOver: Bool {
        switch state {
        case .waiting, .sending: false
        case .delivered, .failed: true
        }
    }

    /// When the next attempt is due; `nil` while one is under way, and when it is over.
    public var due: Int64? { if case .waiting(_, let due) = state { due } else { nil } }

    /// Begins the attempt that is due.
    ///
    /// - Returns: whether to send now.
    public mutating func begin(at now: Int64) -> Bool {
        guard case .waiting(let attempt, let due) = state, now >= due else { return false }
        state = .sending(attempt: attempt, since: now)
        attempts += 1
        return true
    }

    /// Ends the attempt that is under way; what comes when there is none (a late answer) changes nothing.
    ///
    /// - Parameters:
    ///   - refusals: statuses after which trying again is no use (``Receiver/refusals``).
    ///   - chance: 0 ..< 1.
    public mutating func end(
        _ result: DeliveryResult, refusals: Set<Int> = [], chance: Double, at now: Int64
    ) -> Action? {
        guard case .sending(let attempt, _) = state else { return nil }
        var wait: Int64 = 0
        var isBusy = false
        switch result {
        case .answered(let status, _) where (200...299).contains(status):
            state = .delivered(at: now)
            return .delivered
        case .answered(410, _): return fail(.gone, now)
        case .answered(let status, _) where refusals.contains(status): return fail(.refused, now)
        // A redirect is an answer like any other that is not 2xx: it is not followed.
        case .answered(let status, let retryAfter):
            wait = min(max(retryAfter ?? 0, 0), RetryAfter.maximumSeconds)
            isBusy = status == 429 || status == 502 || status == 504 || retryAfter != nil
        case .timedOut, .broken: break
        }
        let next = attempt + 1
        guard Self.schedule.indices.contains(next) else { return fail(.exhausted, now) }
        let chance = chance.isFinite ? min(max(chance, 0), 1) : 0
        let delay = Self.schedule[next]
        let lengthened = max(delay, wait) + Int64((Double(delay) * Self.jitter * chance).rounded())
        let due = now.addingReportingOverflow(lengthened)
        state = .waiting(attempt: next, due: due.overflow ? .max : due.partialValue)
        return .retry(due: due.partialValue, pause: isBusy ? due.partialValue : nil)
    }

    /// After a restart: an attempt that was under way is made again.
    public mutating func recover(at now: Int64) {
        if case .sending(let attempt, _) = state { state = .waiting(attempt: attempt, due: now) }
    }

    /// Gives a message up whose endpoint takes no more.
    public mutating func disable(at now: Int64) {
        if !isOver { state = .failed(.disabled, at: now) }
    }

    private mutating func fail(_ failure: Failure, _ now: Int64) -> Action {
        state = .failed(failure, at: now)
        return .giveUp(failure)
    }
}
