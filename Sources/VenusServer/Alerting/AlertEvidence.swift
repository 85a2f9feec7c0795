import VenusAlerts
import VenusAnalysis
import VenusCore
import VenusStore

/// Makes messages with what shows the fault: values, limits, the phase that grew, error types, one call.
struct AlertEvidence {
    let alerts: [String: AlertContent]
    var readings: AlertReadings
    let thresholds: ThresholdTable
    /// What was usual.
    let baselines: [SeriesKey: ReportEvidence.Baseline]
    let hostServices: HostServices
    /// Of which it was not known what was usual, though it would have said something.
    private(set) var unexplained: [SeriesKey] = []

    init(
        alerts: [String: AlertContent], readings: AlertReadings, thresholds: ThresholdTable,
        baselines: [SeriesKey: ReportEvidence.Baseline], hostServices: HostServices
    ) {
        self.alerts = alerts
        self.readings = readings
        self.thresholds = thresholds
        self.baselines = baselines
        self.hostServices = hostServices
    }

    mutating func message(_ notice: Notice, link: String?) -> AlertMessage {
        let contents = notice.group.alerts.compactMap { alerts[$0] }
        var found: [AlertMessage.Evidence] = []
        for content in contents { found.append(evidence(content, isOver: notice.kind == .resolved)) }
        found.sort { ($1.severity, $0.subject, $0.metric) < ($0.severity, $1.subject, $1.metric) }
        var message = AlertMessage(
            notice, evidence: found, inhibited: Self.names(notice.group.inhibited.compactMap { alerts[$0] }),
            sample: notice.kind == .resolved ? nil : sample(of: contents), link: link)
        if notice.node.kind == .host {
            message.services = Set(hostServices.on(notice.node.name).map(\.item.service)).sorted()
        }
        return message
    }

    private mutating func evidence(_ content: AlertContent, isOver: Bool) -> AlertMessage.Evidence {
        let (rule, labels) = (content.rule, AlertLabels(content.rule))
        if content.machine.recordState == .noData {
            return AlertMessage.Evidence(subject: rule.subject, metric: "no_data", severity: rule.severity)
        }
        var evidence = AlertMessage.Evidence(
            subject: rule.subject, metric: labels.metric, severity: rule.severity, value: content.value,
            limit: content.limit, part: rule.part)
        guard let key = rule.subject.key, let threshold = threshold(of: rule) else { return evidence }
        switch threshold.metric {
        case .responseTime, .timeToFirstByte:
            guard !isOver, let now = readings.totals(of: key, over: threshold.window).flatMap({ PhaseMeans($0.totals) })
            else { break }
            guard let baseline = baselines[key] else {
                unexplained.append(key)
                break
            }
            evidence.phase = now.grownMost(since: baseline.means)
            evidence.baseline = evidence.phase.map { _ in baseline.time }
        case .availability, .errorRate:
            var counts: [String: UInt64] = [:]
            for failure in failed(key, within: threshold.window, by: threshold).compactMap(\.failure) {
                counts[failure, default: 0] += 1
            }
            evidence.failures = FailureShare.most(counts, limit: ReportCard.maximumFailures)
        case .load, .host: break
        }
        return evidence
    }

    private func threshold(of rule: AlertRule) -> MetricThreshold? {
        guard case .threshold(let metric, let direction) = rule.condition else { return nil }
        return thresholds.threshold(for: rule.subject, metric: metric, direction: direction)
    }

    /// Of the failed calls that are kept, those of the series that make the threshold's metric worse.
    private func failed(_ key: SeriesKey, within window: Window, by threshold: MetricThreshold?) -> [RecentCall] {
        let since = (readings.now - window.seconds) * 1_000_000
        return readings.picture.calls.shards.flatMap(\.failed).filter { call in
            guard call.key.key(at: key.level) == key, call.end >= since else { return false }
            guard let threshold, let failure = call.failure else { return true }
            return threshold.blames(failure)
        }
    }

    /// The newest call that failed for what an alert is about; where none did, the slowest.
    private func sample(of contents: [AlertContent]) -> AlertMessage.Sample? {
        let subjects = contents.compactMap { content in content.rule.subject.key.map { ($0, content.rule) } }
        let failed = subjects.lazy.compactMap { key, rule in
            self.failed(key, within: .minutes15, by: threshold(of: rule)).max { $0.end < $1.end }
        }
        let slowest = subjects.lazy.compactMap { key, _ in
            readings.picture.calls.shards.flatMap(\.slowest).filter { $0.key.key(at: key.level) == key }
                .max { $0.call.duration < $1.call.duration }
        }
        return (failed.first ?? slowest.first).map { call in
            AlertMessage.Sample(
                operation: call.key.operation, errorType: call.failure,
                milliseconds: Double(call.call.duration) / 1_000, trace: call.call.traceID?.description)
        }
    }

    /// As people call them, each once.
    private static func names(_ contents: [AlertContent]) -> [String] {
        Set(
            contents.compactMap(\.rule.subject.key).map { key in
                [key.service, key.dependency].filter { !$0.isEmpty }.joined(separator: " → ")
            }
        ).sorted()
    }
}
