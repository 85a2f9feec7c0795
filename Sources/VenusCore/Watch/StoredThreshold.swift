/// A threshold and the level it is set at.
public struct StoredThreshold: Sendable, Hashable, Codable {
    /// Everything, a service, an edge, an operation or a host.
    public var subject: WatchSubject
    public var threshold: MetricThreshold

    public init(_ subject: WatchSubject, _ threshold: MetricThreshold) {
        self.subject = subject
        self.threshold = threshold
    }

    /// Whether thresholds are set at this level: dependencies and totals are judged by the default.
    public static func isLevel(_ subject: WatchSubject) -> Bool {
        switch subject {
        case .everything, .host: true
        case .series(let key): key.level == .service || key.level == .edge || key.level == .operation
        }
    }
}
