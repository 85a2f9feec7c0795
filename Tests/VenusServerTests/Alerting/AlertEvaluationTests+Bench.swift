import Glibc
import VenusAlerts
import VenusAnalysis
import VenusCore
import VenusServer

extension AlertEvaluationTests {
    /// An evaluation that looks at one picture a second.
    struct Bench {
        var evaluation: AlertEvaluation
        var at: Int64 = 1_000_000
        var transitions: [AlertTransition] = []
        var messages: [AlertMessage] = []
        /// Evaluations that said nothing.
        var held = 0
        var knowsRegularity = true
        var burns: [String: ObjectiveBurn] = [:]
        var baselines: [SeriesKey: ReportEvidence.Baseline] = [:]
        var unexplained: [SeriesKey] = []
        var recentCalls = RecentCalls()
        /// CPU time of the evaluations, and of the pictures that they look at.
        var milliseconds = 0.0

        init(
            stored: [StoredThreshold] = [], rules: [AlertRule] = [], objectives: [Objective] = [],
            silences: [Silence] = [], gather: Int64 = 0
        ) {
            evaluation = AlertEvaluation()
            evaluation.set(
                AlertEvaluation.Settings(
                    thresholds: ThresholdTable(stored), rules: rules, objectives: objectives, silences: silences,
                    notices: NoticeStateMachine.Settings(gather: gather)))
        }

        mutating func look(
            at series: [(SeriesKey, KPITotals)], seconds: Int = 1, coveredSince: Int64 = 0, age: Int64 = 0,
            shards: Int = 1, announcements: [Announcement] = []
        ) {
            for _ in 0..<seconds {
                at += 1
                var seen = frame(series, shards: shards, at: (at - age) * 1_000)
                seen.coveredSince = coveredSince
                seen.announcements = announcements
                seen.recentCalls = recentCalls
                let begin = Self.cpuMilliseconds
                let picture = LivePicture(frames: [seen], startedAt: 0)
                let outcome = evaluation.evaluate(
                    picture, at: at, burns: burns, knowsRegularity: knowsRegularity, baselines: baselines,
                    link: { node, _ in "https://venus/?\(node.name)" })
                milliseconds += Self.cpuMilliseconds - begin
                guard let outcome else {
                    held += 1
                    continue
                }
                transitions += outcome.transitions
                messages += outcome.messages
                unexplained += outcome.unexplained
            }
        }

        var kinds: [AlertTransition.Kind] { transitions.map(\.kind) }

        /// Of this thread.
        private static var cpuMilliseconds: Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) * 1_000 + Double(time.tv_nsec) / 1_000_000
        }
    }
}
