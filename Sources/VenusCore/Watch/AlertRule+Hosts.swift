extension AlertRule {
    /// The rules that nobody need write for a host: one for each critical limit on its metrics, and one that tells when
    /// it has fallen silent.
    public static func standing(forHost host: String, in table: ThresholdTable) -> [AlertRule] {
        let limits = table.thresholds(for: .host(host)).compactMap { threshold -> AlertRule? in
            guard case .host = threshold.metric, threshold.critical != nil else { return nil }
            return AlertRule(
                id: standingID(.host(host), threshold), subject: .host(host),
                condition: .threshold(metric: threshold.metric, direction: threshold.direction))
        }
        let silence = AlertRule(
            id: standingID(.host(host), "silence"), subject: .host(host), condition: .silence, for: 0, keepFiringFor: 0,
            noDataAfter: usualNoDataAfter)
        return limits + [silence]
    }

    /// The host's metric that the rule is on.
    public var hostMetric: HostMetric? {
        guard case .host = subject, case .threshold(.host(let name), _) = condition else { return nil }
        return HostMetric(name: name)
    }

    /// The same rule on one part of the host, as an alert of its own.
    public func of(part: String) -> AlertRule {
        guard !part.isEmpty else { return self }
        var rule = self
        rule.part = part
        rule.id += " \(part.utf8.count):\(part)"
        return rule
    }
}
