/// One alert: inactive → pending → firing → resolved, that is inactive again; and no data. No I/O; time is given.
///
/// - Between the raising and the clearing level a firing alert goes on and an inactive one stays so: a value that flaps
///   there, or across one of them, makes one alert.
/// - Times are counted only while something is seen. What lies between two evaluations further apart than
///   ``longestStep`` (a restart), and what was uncovered, neither brings an alert nearer to firing nor to its end.
/// - With too few calls to judge, a pending alert is dropped; a firing one goes on, since callers that gave up on a
///   broken dependency prove nothing, and ends after ``quietLimit``.
public struct AlertStateMachine: Sendable, Hashable, Codable {
    /// `since` and `firingSince` are seconds since the epoch.
    public enum State: Sendable, Hashable, Codable {
        case inactive
        /// Crossed for `held` seconds.
        case pending(since: Int64, held: Int64)
        /// Over for `clearFor` seconds, `nil` while it is not; quiet for `quietFor` seconds.
        case firing(since: Int64, clearFor: Int64?, quietFor: Int64)
        /// `firingSince` where the alert fired before.
        case noData(since: Int64, firingSince: Int64?)
    }

    /// Longest time between two evaluations, in seconds, that counts as time in which the alert was watched.
    public static let longestStep: Int64 = 60
    /// Seconds after which an alert without enough calls to judge is over.
    public static let quietLimit: Int64 = 3_600

    public let rule: String
    public private(set) var state = State.inactive
    /// How many times it has left `inactive`.
    public private(set) var episode: UInt64 = 0
    /// Transitions in this episode.
    public private(set) var sequence: UInt64 = 0
    private var lastEvaluation: Int64?

    public init(rule: String) { self.rule = rule }

    /// Whether somebody should know: firing or without data.
    public var isActive: Bool {
        switch state {
        case .inactive, .pending: false
        case .firing, .noData: true
        }
    }

    /// Evaluates the rule.
    ///
    /// - Parameters:
    ///   - now: seconds since the epoch. An evaluation at or before the last one counts no time.
    ///   - limits: may differ from those before; they apply from now on.
    /// - Returns: what changed, in order; at most three.
    public mutating func evaluate(
        _ reading: AlertReading, limits: AlertLimits, at now: Int64
    ) -> [AlertTransition] {
        let elapsed = lastEvaluation.map { now.subtractingReportingOverflow($0) }
        lastEvaluation = now
        // How long what was seen last has lasted.
        let step = elapsed.map {
            !$0.overflow && (0...Self.longestStep).contains($0.partialValue) ? $0.partialValue : 0
        }
        switch reading {
        case .uncovered: return []
        case .value(let value) where value.isNaN: return []
        case .value(let value): return judge(value, limits, step ?? 0, now)
        case .quiet: return quiet(step ?? 0, now)
        case .silent: return silent(now)
        }
    }

    /// Ends the alert because its rule is gone or has no limit any more.
    public mutating func end(at now: Int64) -> [AlertTransition] {
        switch state {
        case .inactive: return []
        case .pending: return [leave(.dropped, nil, now)]
        case .firing, .noData: return [leave(.resolved, nil, now)]
        }
    }

    private mutating func judge(
        _ value: Double, _ limits: AlertLimits, _ step: Int64, _ now: Int64
    ) -> [AlertTransition] {
        switch state {
        case .inactive:
            guard limits.isRaised(value) else { return [] }
            let pending = enter(.pending(since: now, held: 0), .pending, value, now)
            return limits.for == 0 ? [pending, fire(value, now)] : [pending]
        case .pending(let since, let held):
            guard limits.isRaised(value) else { return [leave(.dropped, value, now)] }
            guard held + step >= limits.for else {
                state = .pending(since: since, held: held + step)
                return []
            }
            return [fire(value, now)]
        case .firing(let since, let clearFor, _):
            guard limits.isClear(value) else {
                state = .firing(since: since, clearFor: nil, quietFor: 0)
                return []
            }
            let over = clearFor.map { $0 + step } ?? 0
            guard over >= limits.keepFiringFor else {
                state = .firing(since: since, clearFor: over, quietFor: 0)
                return []
            }
            return [leave(.resolved, value, now)]
        case .noData(_, let firingSince):
            // Calls again. An alert that fired before goes on where it was; silence alone is over.
            if let firingSince {
                state = .firing(since: firingSince, clearFor: nil, quietFor: 0)
                return [note(.firing, value, now)] + judge(value, limits, 0, now)
            }
            return [leave(.resolved, value, now)] + judge(value, limits, 0, now)
        }
    }

    private mutating func quiet(_ step: Int64, _ now: Int64) -> [AlertTransition] {
        switch state {
        case .inactive: return []
        case .pending: return [leave(.dropped, nil, now)]
        case .firing(let since, let clearFor, let quietFor):
            guard quietFor + step < Self.quietLimit else { return [leave(.resolved, nil, now)] }
            state = .firing(since: since, clearFor: clearFor, quietFor: quietFor + step)
            return []
        case .noData(_, let firingSince):
            // A few calls came: too few to judge, enough to say that it is not silent.
            guard let firingSince else { return [leave(.resolved, nil, now)] }
            state = .firing(since: firingSince, clearFor: nil, quietFor: 0)
            return [note(.firing, nil, now)]
        }
    }

    private mutating func silent(_ now: Int64) -> [AlertTransition] {
        switch state {
        case .inactive: return [enter(.noData(since: now, firingSince: nil), .noData, nil, now)]
        case .pending:
            state = .noData(since: now, firingSince: nil)
            return [note(.noData, nil, now)]
        case .firing(let since, _, _):
            state = .noData(since: now, firingSince: since)
            return [note(.noData, nil, now)]
        case .noData: return []
        }
    }

    private mutating func enter(
        _ next: State, _ kind: AlertTransition.Kind, _ value: Double?, _ now: Int64
    ) -> AlertTransition {
        state = next
        episode += 1
        sequence = 0
        return note(kind, value, now)
    }

    private mutating func fire(_ value: Double, _ now: Int64) -> AlertTransition {
        state = .firing(since: now, clearFor: nil, quietFor: 0)
        return note(.firing, value, now)
    }

    private mutating func leave(_ kind: AlertTransition.Kind, _ value: Double?, _ now: Int64) -> AlertTransition {
        state = .inactive
        return note(kind, value, now)
    }

    private mutating func note(_ kind: AlertTransition.Kind, _ value: Double?, _ now: Int64) -> AlertTransition {
        sequence += 1
        return AlertTransition(rule: rule, kind: kind, episode: episode, sequence: sequence, at: now, value: value)
    }
}
