import VenusCore
import VenusStore

/// A rule as a client sets it.
struct RuleBody: KnownMembers {
    static let explain = """
        The body is a JSON object with either level, the names that this level has, and metric, or objective; if wanted \
        direction, severity, for_seconds, keep_firing_for_seconds, clear and no_data_after_seconds.
        """
    static let members = SubjectBody.members.union([
        "metric", "direction", "objective", "severity", "for_seconds", "keep_firing_for_seconds", "clear",
        "no_data_after_seconds",
    ])
    /// What a rule is set on; thresholds also have a default, which is no subject.
    static let levels = ["service", "edge", "operation", "host"]
    /// Of what it is known whether it is heard of all day.
    private static let levelsThatFallSilent = ["edge", "host"]

    private enum CodingKeys: String, CodingKey {
        case metric, direction, objective, severity, clear
        case forSeconds = "for_seconds"
        case keepFiringForSeconds = "keep_firing_for_seconds"
        case noDataAfterSeconds = "no_data_after_seconds"
    }

    private let subject: SubjectBody
    private let metric: String?
    private let direction: String?
    private let objective: String?
    private let severity: String?
    private let forSeconds: Int64?
    private let keepFiringForSeconds: Int64?
    private let clear: Double?
    private let noDataAfterSeconds: Int64?

    init(from decoder: any Decoder) throws {
        subject = try SubjectBody(from: decoder)
        let members = try decoder.container(keyedBy: CodingKeys.self)
        metric = try members.decodeIfPresent(String.self, forKey: .metric)
        direction = try members.decodeIfPresent(String.self, forKey: .direction)
        objective = try members.decodeIfPresent(String.self, forKey: .objective)
        severity = try members.decodeIfPresent(String.self, forKey: .severity)
        forSeconds = try members.decodeIfPresent(Int64.self, forKey: .forSeconds)
        keepFiringForSeconds = try members.decodeIfPresent(Int64.self, forKey: .keepFiringForSeconds)
        clear = try members.decodeIfPresent(Double.self, forKey: .clear)
        noDataAfterSeconds = try members.decodeIfPresent(Int64.self, forKey: .noDataAfterSeconds)
    }

    /// The rule, where what it refers to is there.
    func rule(id: String, in state: WatchState) throws(Problem) -> AlertRule {
        let severity = try givenSeverity()
        try Self.check(forSeconds, "for_seconds", least: 0)
        try Self.check(keepFiringForSeconds, "keep_firing_for_seconds", least: 0)
        try Self.check(noDataAfterSeconds, "no_data_after_seconds", least: 1)
        let (subject, condition) = try aim(severity, state)
        return AlertRule(
            id: id, subject: subject, condition: condition, severity: severity,
            for: forSeconds ?? AlertRule.usualFor, keepFiringFor: keepFiringForSeconds ?? AlertRule.usualKeepFiringFor,
            clear: clear, noDataAfter: noDataAfterSeconds)
    }

    private func aim(
        _ severity: Severity, _ state: WatchState
    ) throws(Problem) -> (WatchSubject, AlertRule.Condition) {
        guard let objective else {
            guard let metric else {
                throw .invalidMember("metric", "a rule is on a metric, or on an objective.")
            }
            let subject = try subject.subject(among: Self.levels)
            guard noDataAfterSeconds == nil || Self.levelsThatFallSilent.contains(subject.level) else {
                throw .invalidMember(
                    "no_data_after_seconds", "only edges and hosts are missed: set a rule on the service's edges.")
            }
            let named = try ThresholdBody.metric(metric, of: subject)
            let direction = try ThresholdBody.direction(direction) ?? named.usualDirection
            try checkLimit(subject, named, direction, severity, state)
            return (subject, .threshold(metric: named, direction: direction))
        }
        guard metric == nil, direction == nil, subject.isEmpty else {
            throw .invalidMember("objective", "the objective says what it is about: give it alone.")
        }
        guard let known = state.objectives.first(where: { $0.id == objective })?.item else {
            throw .notPossible(
                "objective", "There is no objective of this id. Set it first, with PUT /api/v1/objectives/ID.")
        }
        if let clear, !(0...1).contains(clear) {
            throw .invalidMember("clear", "of a burn rate it is 0 to 1, in shares of the rate that raises the alert.")
        }
        guard noDataAfterSeconds == nil else {
            throw .invalidMember("no_data_after_seconds", "this is for rules on a metric of an edge or a host.")
        }
        return (known.subject, .burnRate(objective: objective))
    }

    private func checkLimit(
        _ subject: WatchSubject, _ metric: Metric, _ direction: Direction, _ severity: Severity, _ state: WatchState
    ) throws(Problem) {
        let threshold = state.table.threshold(for: subject, metric: metric, direction: direction)
        guard let limit = threshold?.limit(severity) else {
            throw .notPossible(
                "metric",
                "No threshold that applies there has a \(severity.rawValue) limit \(direction.rawValue) on \(metric.name). "
                    + "Set one first, with PUT /api/v1/thresholds.")
        }
        if let clear, !clear.isFinite || direction.isCrossed(clear, limit: limit) {
            throw .invalidMember(
                "clear", "it is \(limit), which raises the alert, or \(direction == .above ? "below" : "above") it.")
        }
    }

    private func givenSeverity() throws(Problem) -> Severity {
        guard let severity else { return .critical }
        guard let named = Severity(rawValue: severity) else {
            throw .invalidMember(
                "severity", "it is warning or critical.", allowed: Severity.allCases.map(\.rawValue))
        }
        return named
    }

    private static func check(_ seconds: Int64?, _ member: String, least: Int64) throws(Problem) {
        guard let seconds, !(least...AlertRule.maximumSeconds).contains(seconds) else { return }
        throw .invalidMember(member, "it is \(least) to \(AlertRule.maximumSeconds) seconds.")
    }
}
