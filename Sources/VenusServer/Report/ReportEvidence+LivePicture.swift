import VenusAlerts
import VenusAnalysis
import VenusCore

extension ReportEvidence {
    /// Of every service and edge, and of those operations that have thresholds of their own, over the windows that any
    /// threshold is on.
    static func all(_ picture: LivePicture) -> [SeriesKey: ReportEvidence] {
        let table = picture.thresholds.table
        let failed = FailedCalls(picture.calls)
        var evidence: [SeriesKey: ReportEvidence] = [:]
        for window in table.windows {
            let shown = picture.window(window)
            let operations = shown.operations { table.hasOwn(.series($0)) }
            for measured in shown.edges + shown.grouped(shown.edges, at: .service) + operations {
                evidence[measured.key, default: ReportEvidence(measured.key, totals: [:])].totals[window] = Evidence(
                    measured.totals, seconds: shown.span, failures: failed.failures(of: measured.key, in: window))
            }
        }
        return evidence
    }
}

/// What failed calls ended with, as far as they are known one by one: the last hundred of each shard.
private struct FailedCalls {
    private var calls: [SeriesKey: [RecentCall]] = [:]
    /// Microseconds since the epoch.
    private let at: Int64

    init(_ picture: CallsPicture) {
        at = picture.at * 1_000
        for call in picture.shards.flatMap(\.failed) {
            for level in [Level.service, .edge, .operation] { calls[call.key.key(at: level), default: []].append(call) }
        }
    }

    func failures(of key: SeriesKey, in window: Window) -> [String: UInt64] {
        var failures: [String: UInt64] = [:]
        for one in calls[key] ?? [] where one.end >= at - window.seconds * 1_000_000 {
            guard let failure = one.failure else { continue }
            failures[failure, default: 0] += 1
        }
        return failures
    }
}
