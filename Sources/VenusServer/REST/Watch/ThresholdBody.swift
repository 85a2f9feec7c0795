import VenusCore

/// A threshold as a client sets it.
struct ThresholdBody: KnownMembers {
    static let explain = """
        The body is a JSON object with level, the names that this level has, metric, and a number warning or critical, or \
        both; if wanted direction, window, minimum_calls and, of error_rate, tolerate.
        """
    static let members = SubjectBody.members.union([
        "metric", "direction", "window", "warning", "critical", "minimum_calls", "tolerate",
    ])
    static let minimumCallsBounds: ClosedRange<Int64> = 0...1_000_000_000

    private enum CodingKeys: String, CodingKey {
        case metric, direction, window, warning, critical, tolerate
        case minimumCalls = "minimum_calls"
    }

    private let subject: SubjectBody
    private let metric: String
    private let direction: String?
    private let window: String?
    private let warning: Double?
    private let critical: Double?
    private let minimumCalls: Int64?
    private let tolerate: [Int]?

    init(from decoder: any Decoder) throws {
        subject = try SubjectBody(from: decoder)
        let members = try decoder.container(keyedBy: CodingKeys.self)
        metric = try members.decode(String.self, forKey: .metric)
        direction = try members.decodeIfPresent(String.self, forKey: .direction)
        window = try members.decodeIfPresent(String.self, forKey: .window)
        warning = try members.decodeIfPresent(Double.self, forKey: .warning)
        critical = try members.decodeIfPresent(Double.self, forKey: .critical)
        minimumCalls = try members.decodeIfPresent(Int64.self, forKey: .minimumCalls)
        tolerate = try members.decodeIfPresent([Int].self, forKey: .tolerate)
    }

    func stored() throws(Problem) -> StoredThreshold {
        let subject = try subject.subject()
        let metric = try Self.metric(metric, of: subject)
        var threshold = MetricThreshold(
            metric, direction: try Self.direction(direction), warning: warning, critical: critical)
        if let window {
            guard let window = Window(name: window) else {
                let names = Window.allCases.map(\.name)
                throw .invalidMember("window", "it is one of \(names.joined(separator: ", ")).", allowed: names)
            }
            threshold.window = window
        }
        if let minimumCalls {
            guard Self.minimumCallsBounds.contains(minimumCalls) else {
                throw .invalidMember(
                    "minimum_calls",
                    "it is \(Self.minimumCallsBounds.lowerBound) to \(Self.minimumCallsBounds.upperBound).")
            }
            threshold.minimumCalls = UInt64(minimumCalls)
        }
        threshold.tolerate = try Self.tolerated(tolerate ?? [])
        try Self.check(threshold)
        return StoredThreshold(subject, threshold)
    }

    /// Ascending, each once; whether they are errors, the threshold says itself.
    private static func tolerated(_ statuses: [Int]) throws(Problem) -> [UInt16] {
        var tolerated: Set<UInt16> = []
        for status in statuses {
            guard let known = UInt16(exactly: status) else { throw notAnError(status) }
            tolerated.insert(known)
        }
        return tolerated.sorted()
    }

    private static func notAnError(_ status: Int) -> Problem {
        .invalidMember(
            "tolerate",
            "\(status) is no error: the statuses of errors are \(ErrorStatuses.range.lowerBound) to "
                + "\(ErrorStatuses.range.upperBound).")
    }

    static func metric(_ name: String, of subject: WatchSubject) throws(Problem) -> Metric {
        let ofCalls = Metric.ofCalls.map(\.name).sorted()
        guard let metric = Metric(name: name) else {
            throw .invalidMember(
                "metric",
                "it is one of \(ofCalls.joined(separator: ", ")), or a host's: host:system.memory.utilization.",
                allowed: ofCalls)
        }
        if case .host(let own) = metric, HostMetric(name: own) == nil {
            throw .invalidMember(
                "metric",
                "a host has metrics such as host:system.memory.utilization: GET /api/v1/hosts?host=NAME tells.",
                allowed: HostMetric.allCases.map { Metric.host($0.name).name })
        }
        switch (subject, metric) {
        case (.host, .host), (.everything, _): break
        case (.host, _): throw .invalidMember("metric", "a host has metrics such as host:system.memory.utilization.")
        case (.series, .host): throw .invalidMember("metric", "a host's metric is set at the levels default and host.")
        case (.series, _): break
        }
        return metric
    }

    static func direction(_ name: String?) throws(Problem) -> Direction? {
        guard let name else { return nil }
        guard let direction = Direction(rawValue: name) else {
            throw .invalidMember("direction", "it is above or below.", allowed: Direction.allCases.map(\.rawValue))
        }
        return direction
    }

    private static func check(_ threshold: MetricThreshold) throws(Problem) {
        switch threshold.fault {
        case nil: break
        case .limitOutOfRange(let severity):
            let range =
                threshold.metric.isFraction ? "a fraction from 0 to 1: 0.99 is 99 %" : "a number that is not negative"
            throw .invalidMember(severity.rawValue, "it is \(range).")
        case .criticalBeforeWarning:
            let side = threshold.direction == .above ? "below" : "above"
            throw .invalidMember(
                "critical", "it is \(side) warning: on this metric the warning would never be given. Exchange the two.")
        case .toleratedWithoutErrorRate:
            throw .invalidMember("tolerate", "it is of error_rate alone: no other metric is made of statuses.")
        case .notAnError(let status): throw notAnError(Int(status))
        case .tooManyTolerated:
            throw .invalidMember("tolerate", "it has at most \(MetricThreshold.maximumTolerated) statuses.")
        }
    }
}
