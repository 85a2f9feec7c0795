/// When to tell somebody.
public struct AlertRule: Sendable, Hashable, Codable {
    /// Stable and unique among rules; the same over restarts.
    public var id: String
    public var subject: WatchSubject
    public var condition: Condition
    public var severity: Severity
    /// Seconds for which the condition must hold before the alert fires.
    public var `for`: Int64
    /// Seconds for which it must be over before the alert is resolved.
    public var keepFiringFor: Int64
    /// Where a firing alert counts as over, on the good side of the limit that raised it; `nil`: at that limit.
    public var clear: Double?
    /// Seconds without a call after which a subject that is called all day is reported as silent, or without a word of
    /// a host's agent; `nil`: never.
    public var noDataAfter: Int64?
    /// Of a rule on a host's metric: which file system, device, interface, resource or program; `nil`: the whole host.
    public var part: String?

    /// What must hold.
    public enum Condition: Sendable, Hashable, Codable {
        /// The limit of the rule's severity, of the threshold that applies to the subject (``ThresholdTable``).
        case threshold(metric: Metric, direction: Direction)
        /// The objective of this id burns its budget too fast (``Objective``).
        case burnRate(objective: String)
        /// The subject is not heard of for ``noDataAfter``. Of hosts only.
        case silence
    }

    /// Seconds, of ``for``, ``keepFiringFor`` and ``noDataAfter`` where nothing else is said.
    public static let usualFor: Int64 = 60
    public static let usualKeepFiringFor: Int64 = 300
    public static let usualNoDataAfter: Int64 = 300
    /// Longest time that a rule may wait, in seconds.
    public static let maximumSeconds: Int64 = 7 * 86_400

    public init(
        id: String, subject: WatchSubject, condition: Condition, severity: Severity = .critical,
        for duration: Int64 = usualFor, keepFiringFor: Int64 = usualKeepFiringFor, clear: Double? = nil,
        noDataAfter: Int64? = nil
    ) {
        self.id = id
        self.subject = subject
        self.condition = condition
        self.severity = severity
        self.for = min(max(duration, 0), Self.maximumSeconds)
        self.keepFiringFor = min(max(keepFiringFor, 0), Self.maximumSeconds)
        self.clear = clear
        self.noDataAfter = noDataAfter.map { min(max($0, 1), Self.maximumSeconds) }
    }

    /// The rules that nobody need write: one for each critical limit on an edge, and on those operations and services
    /// that have thresholds of their own. The availability rule of an edge is the one that also reports silence.
    public static func standing(for keys: some Sequence<SeriesKey>, in table: ThresholdTable) -> [AlertRule] {
        var rules: [AlertRule] = []
        for key in keys {
            let isWatched =
                switch key.level {
                case .edge: true
                case .operation, .service: table.hasOwn(.series(key))
                case .total, .dependency: false
                }
            guard isWatched else { continue }
            for threshold in table.thresholds(for: key) where threshold.critical != nil {
                if case .host = threshold.metric { continue }
                rules.append(
                    AlertRule(
                        id: standingID(.series(key), threshold), subject: .series(key),
                        condition: .threshold(metric: threshold.metric, direction: threshold.direction),
                        noDataAfter: key.level == .edge && threshold.metric == .availability ? usualNoDataAfter : nil))
            }
        }
        return rules
    }

    static func standingID(_ subject: WatchSubject, _ threshold: MetricThreshold) -> String {
        standingID(subject, "\(threshold.metric.name) \(threshold.direction.rawValue)")
    }

    /// Names are length-prefixed, so that no two subjects share an id.
    static func standingID(_ subject: WatchSubject, _ condition: String) -> String {
        let names: [String] =
            switch subject {
            case .everything: []
            case .host(let name): [name]
            case .series(let key): [key.environment, key.service, key.dependency, key.operation]
            }
        let written = names.map { "\($0.utf8.count):\($0)" }.joined(separator: ",")
        return "\(subject.level)(\(written)) \(condition)"
    }
}
