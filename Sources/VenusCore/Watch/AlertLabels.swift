/// What silences and routes can ask of an alert. A field that an alert does not have is empty.
public struct AlertLabels: Sendable, Hashable {
    public var rule: String
    public var severity: Severity
    public var metric: String
    public var subject: WatchSubject
    /// ``AlertRule/part``; empty: the whole subject.
    public var part: String

    public init(rule: String, severity: Severity, metric: String, subject: WatchSubject, part: String = "") {
        self.rule = rule
        self.severity = severity
        self.metric = metric
        self.subject = subject
        self.part = part
    }

    public init(_ rule: AlertRule) {
        let metric =
            switch rule.condition {
            case .threshold(let metric, _): metric.name
            case .burnRate: "burn_rate"
            case .silence: "no_data"
            }
        self.init(
            rule: rule.id, severity: rule.severity, metric: metric, subject: rule.subject, part: rule.part ?? "")
    }

    public enum Field: String, Sendable, Hashable, Codable, CaseIterable {
        case rule, severity, metric, level, environment, service, dependency, operation, host, part
    }

    public subscript(field: Field) -> String {
        switch field {
        case .rule: rule
        case .severity: severity.rawValue
        case .metric: metric
        case .level: subject.level
        case .environment: subject.key?.environment ?? ""
        case .service: subject.key?.service ?? ""
        case .dependency: subject.key?.dependency ?? ""
        case .operation: subject.key?.operation ?? ""
        case .host: if case .host(let name) = subject { name } else { "" }
        case .part: part
        }
    }
}
