import VenusCore
import VenusStore

/// A threshold as it is listed.
struct ThresholdItem: Encodable {
    private enum CodingKeys: String, CodingKey {
        case id, metric, direction, window, warning, critical, tolerate
        case minimumCalls = "minimum_calls"
        case changedAt = "changed_at"
        case changedBy = "changed_by"
    }

    private let id: String?
    private let stored: StoredThreshold
    private let changedAt: Int64?
    private let changedBy: String?

    init(_ record: WatchRecord<StoredThreshold>) {
        id = record.id
        stored = record.item
        changedAt = record.changedAt
        changedBy = record.changedBy
    }

    /// What holds where nothing nearer is stored.
    init(default threshold: MetricThreshold) {
        id = nil
        stored = StoredThreshold(.everything, threshold)
        changedAt = nil
        changedBy = nil
    }

    func encode(to encoder: any Encoder) throws {
        try stored.subject.encode(to: encoder)
        var members = encoder.container(keyedBy: CodingKeys.self)
        let threshold = stored.threshold
        try members.encodeIfPresent(id, forKey: .id)
        try members.encode(threshold.metric.name, forKey: .metric)
        try members.encode(threshold.direction.rawValue, forKey: .direction)
        try members.encode(threshold.window.name, forKey: .window)
        // Null, so that everybody sees that there is none.
        try members.encode(threshold.warning, forKey: .warning)
        try members.encode(threshold.critical, forKey: .critical)
        try members.encode(threshold.minimumCalls, forKey: .minimumCalls)
        if threshold.metric == .errorRate { try members.encode(threshold.tolerate, forKey: .tolerate) }
        try members.encodeIfPresent(changedAt.map { Timestamp.text(milliseconds: $0) }, forKey: .changedAt)
        try members.encodeIfPresent(changedBy, forKey: .changedBy)
    }
}
