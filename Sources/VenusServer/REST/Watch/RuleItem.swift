import VenusCore
import VenusStore

/// A rule as it is listed.
struct RuleItem: Encodable {
    private enum CodingKeys: String, CodingKey {
        case id, metric, direction, objective, severity, clear
        case forSeconds = "for_seconds"
        case keepFiringForSeconds = "keep_firing_for_seconds"
        case noDataAfterSeconds = "no_data_after_seconds"
        case changedAt = "changed_at"
        case changedBy = "changed_by"
    }

    let record: WatchRecord<AlertRule>

    func encode(to encoder: any Encoder) throws {
        let rule = record.item
        try rule.subject.encode(to: encoder)
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(record.id, forKey: .id)
        switch rule.condition {
        case .threshold(let metric, let direction):
            try members.encode(metric.name, forKey: .metric)
            try members.encode(direction.rawValue, forKey: .direction)
        case .burnRate(let objective): try members.encode(objective, forKey: .objective)
        // A standing rule, which is not among those that are stored.
        case .silence: break
        }
        try members.encode(rule.severity.rawValue, forKey: .severity)
        try members.encode(rule.for, forKey: .forSeconds)
        try members.encode(rule.keepFiringFor, forKey: .keepFiringForSeconds)
        try members.encode(rule.clear, forKey: .clear)
        try members.encode(rule.noDataAfter, forKey: .noDataAfterSeconds)
        try members.encode(Timestamp.text(milliseconds: record.changedAt), forKey: .changedAt)
        try members.encode(record.changedBy, forKey: .changedBy)
    }
}
