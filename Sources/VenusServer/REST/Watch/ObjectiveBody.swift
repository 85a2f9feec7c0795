import VenusCore

/// An objective as a client sets it.
struct ObjectiveBody: KnownMembers {
    static let explain = """
        The body is a JSON object with level (service or edge), the names that this level has, and target; if wanted \
        faster_than_ms, period_seconds and minimum_calls.
        """
    static let members = SubjectBody.members.union(["target", "faster_than_ms", "period_seconds", "minimum_calls"])
    static let levels = ["service", "edge"]

    private enum CodingKeys: String, CodingKey {
        case target
        case fasterThan = "faster_than_ms"
        case periodSeconds = "period_seconds"
        case minimumCalls = "minimum_calls"
    }

    private let subject: SubjectBody
    private let target: Double
    private let fasterThan: Double?
    private let periodSeconds: Int64?
    private let minimumCalls: Int64?

    init(from decoder: any Decoder) throws {
        subject = try SubjectBody(from: decoder)
        let members = try decoder.container(keyedBy: CodingKeys.self)
        target = try members.decode(Double.self, forKey: .target)
        fasterThan = try members.decodeIfPresent(Double.self, forKey: .fasterThan)
        periodSeconds = try members.decodeIfPresent(Int64.self, forKey: .periodSeconds)
        minimumCalls = try members.decodeIfPresent(Int64.self, forKey: .minimumCalls)
    }

    func objective(id: String) throws(Problem) -> Objective {
        let subject = try subject.subject(among: Self.levels)
        guard target > 0, target < 1 else {
            throw .invalidMember("target", "it is a share above 0 and below 1: 0.999 is 99.9 % of calls.")
        }
        if let fasterThan, !(fasterThan > 0 && fasterThan <= 3_600_000) {
            throw .invalidMember("faster_than_ms", "it is above 0 and at most an hour, 3600000.")
        }
        if let periodSeconds, !Objective.periods.contains(periodSeconds) {
            throw .invalidMember(
                "period_seconds",
                "it is a day, \(Objective.periods.lowerBound), to 366 days, \(Objective.periods.upperBound).")
        }
        let bounds = ThresholdBody.minimumCallsBounds
        if let minimumCalls, !bounds.contains(minimumCalls) {
            throw .invalidMember("minimum_calls", "it is \(bounds.lowerBound) to \(bounds.upperBound).")
        }
        guard
            let objective = Objective(
                id: id, subject: subject, kind: fasterThan.map { .fasterThan(milliseconds: $0) } ?? .availability,
                target: target, period: periodSeconds ?? Objective.usualPeriod,
                minimumCalls: minimumCalls.map(UInt64.init) ?? MetricThreshold.usualMinimumCalls)
        else { throw .invalidBody(Self.explain) }
        return objective
    }
}
