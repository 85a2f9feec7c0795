public import VenusCore

/// All rules and the state of their alerts, evaluated together. Bound: ``maximumRules``.
///
/// ``alerts`` is what is stored with the transitions, in one transaction: an evaluator that is made from it goes on
/// where the last one stopped, and a transition that is made twice has the same id.
public struct AlertEvaluator: Sendable {
    public static let maximumRules = 100_000

    private struct Watched: Sendable {
        var rule: AlertRule
        var limits: AlertLimits
        /// Of a rule on a threshold.
        var threshold: MetricThreshold?
        var machine: AlertStateMachine
    }

    private var watched: [Watched] = []

    public init() {}

    /// The alerts that are anything but untouched, by rule.
    public var alerts: [String: AlertStateMachine] {
        Dictionary(
            watched.lazy.filter { $0.machine.episode > 0 }.map { ($0.rule.id, $0.machine) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Takes the rules in place of those before; those that stay keep their state.
    ///
    /// - Parameters:
    ///   - rules: of two with one id the first counts; beyond ``maximumRules`` the rest is left out.
    ///   - stored: state from an earlier run, for rules that are new here.
    /// - Returns: how alerts ended whose rules are gone or have no limit any more.
    public mutating func setRules(
        _ rules: some Sequence<AlertRule>, thresholds: ThresholdTable, stored: [String: AlertStateMachine] = [:],
        at now: Int64
    ) -> [AlertTransition] {
        var before = stored
        for one in watched { before[one.rule.id] = one.machine }
        var next: [Watched] = []
        var taken: Set<String> = []
        for rule in rules {
            guard next.count < Self.maximumRules else { break }
            guard let limits = AlertLimits(rule, in: thresholds), taken.insert(rule.id).inserted else { continue }
            var threshold: MetricThreshold?
            if case .threshold(let metric, let direction) = rule.condition {
                threshold = thresholds.threshold(for: rule.subject, metric: metric, direction: direction)
            }
            next.append(
                Watched(
                    rule: rule, limits: limits, threshold: threshold,
                    machine: before[rule.id] ?? AlertStateMachine(rule: rule.id)))
        }
        watched = next
        return before.filter { !taken.contains($0.key) }.sorted { $0.key < $1.key }.flatMap { _, machine in
            var machine = machine
            return machine.end(at: now)
        }
    }

    /// Evaluates every rule, once a second.
    ///
    /// - Parameter reading: what was found for a rule; with the threshold, where it is on one, whose window and floor
    ///   apply.
    /// - Returns: what changed, in the order of the rules.
    public mutating func evaluate(
        at now: Int64, reading: (AlertRule, MetricThreshold?) -> AlertReading
    ) -> [AlertTransition] {
        var transitions: [AlertTransition] = []
        for place in watched.indices {
            let found = reading(watched[place].rule, watched[place].threshold)
            transitions += watched[place].machine.evaluate(found, limits: watched[place].limits, at: now)
        }
        return transitions
    }

    /// The rules with their alerts' states.
    public func forEach(_ body: (AlertRule, AlertStateMachine) -> Void) {
        for one in watched { body(one.rule, one.machine) }
    }
}

extension AlertReading {
    /// The reading of a rule on a threshold.
    ///
    /// - Parameters:
    ///   - measured: over the threshold's window; `nil` where that window is incomplete.
    ///   - regularity: of the subject's calls, where the rule reports silence.
    ///   - missedSince: since when the alert says already that the subject is silent. It is until it is called, whatever
    ///     is known of the day before.
    public init(
        _ rule: borrowing AlertRule, _ threshold: MetricThreshold, measured: borrowing Measured?,
        regularity: CallRegularity?, missedSince: Int64? = nil, at now: Int64
    ) {
        let isSilent = rule.noDataAfter.map { limit in
            // By the limit of now: it may have been another when the subject was missed.
            regularity?.isSilent(at: now, for: limit) == true
                || missedSince.map { since in regularity?.lastCall.map { $0 <= since - limit } ?? true } == true
        }
        if isSilent == true {
            self = .silent
        } else {
            switch measured {
            case .none: self = .uncovered
            case .some(let measured): self = measured.value(for: threshold).map { .value($0) } ?? .quiet
            }
        }
    }
}
