public import VenusCore

/// A service's grades and why.
public struct ReportCard: Sendable, Hashable, Codable {
    /// Most failures that explain one crossed limit.
    public static let maximumFailures = 5

    public var environment: String
    public var service: String
    /// The worst of all that was judged; idle where nothing was attempted.
    public var grade: Grade
    /// The gravest first, then by how far the limit is crossed.
    public var crossed: [CrossedLimit]

    /// The cards of the services that `evidence` names, by environment and name.
    ///
    /// - Parameters:
    ///   - evidence: of services, their edges and operations; other levels are left out. A subject is judged where the
    ///     window of its threshold is there.
    ///   - since: since when what has been crossed, as far as that is known; seconds since the epoch.
    public static func all(
        _ evidence: some Sequence<ReportEvidence>, thresholds: ThresholdTable, since: [CrossedLimit.Place: Int64] = [:]
    ) -> [ReportCard] {
        var cards: [SeriesKey: ReportCard] = [:]
        for one in evidence where one.key.level != .total && one.key.level != .dependency {
            let service = one.key.key(at: .service)
            var card =
                cards[service]
                ?? ReportCard(environment: service.environment, service: service.service, grade: .idle, crossed: [])
            card.judge(one, thresholds.thresholds(for: one.key), since)
            cards[service] = card
        }
        return cards.sorted { $0.key < $1.key }.map { _, card in
            var card = card
            card.crossed.sort(by: Self.isGraver)
            return card
        }
    }

    private mutating func judge(
        _ evidence: ReportEvidence, _ thresholds: [MetricThreshold], _ since: [CrossedLimit.Place: Int64]
    ) {
        if grade == .idle, evidence.totals.values.contains(where: { !$0.totals.isEmpty }) { grade = .good }
        let measured = evidence.totals.mapValues { Measured($0.totals, seconds: $0.seconds) }
        for threshold in thresholds {
            guard let window = measured[threshold.window], let value = window.value(for: threshold),
                let severity = threshold.crossed(by: value), let limit = threshold.limit(severity)
            else { continue }
            switch severity {
            case .critical: grade = .poor
            case .warning: if grade != .poor { grade = .fair }
            }
            var crossing = CrossedLimit(
                subject: .series(evidence.key), metric: threshold.metric, direction: threshold.direction,
                window: threshold.window, severity: severity, value: value, limit: limit, failures: [])
            crossing.since = crossing.place.flatMap { since[$0] }
            crossing.explain(evidence, threshold)
            crossed.append(crossing)
        }
    }

    private static func isGraver(_ left: CrossedLimit, _ right: CrossedLimit) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        if left.excess != right.excess { return left.excess > right.excess }
        return (left.subject, left.metric.name) < (right.subject, right.metric.name)
    }
}

extension CrossedLimit {
    /// How far beyond the limit, as a share of it.
    fileprivate var excess: Double { abs(value - limit) / max(abs(limit), .leastNormalMagnitude) }

    fileprivate mutating func explain(_ evidence: ReportEvidence, _ threshold: MetricThreshold) {
        guard let window = evidence.totals[threshold.window] else { return }
        switch threshold.metric {
        case .responseTime, .timeToFirstByte:
            guard let baseline = evidence.baseline else { return }
            phase = PhaseMeans(window.totals)?.grownMost(since: baseline.means)
            self.baseline = phase.map { _ in baseline.time }
        case .availability, .errorRate:
            failures = FailureShare.most(
                window.failures.filter { threshold.blames($0.key) }, limit: ReportCard.maximumFailures)
        case .load, .host: break
        }
    }
}
