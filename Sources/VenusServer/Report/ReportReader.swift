package import VenusAlerts
import VenusAnalysis
import VenusCore
import VenusStore

/// Makes report cards of the live windows, with what history says of the limits that are crossed. One answer is good
/// for ``freshness``, for all who ask.
package actor ReportReader {
    package struct Report: Sendable {
        /// Milliseconds since the epoch: of the windows.
        package var at: Int64
        package var cards: [ReportCard]
    }

    /// Milliseconds.
    package static let freshness: Int64 = 5_000
    /// Of so many crossed limits, the gravest first, history is asked since when they are, and what was usual.
    package static let maximumExplained = 100

    private let live: LiveState
    private let history: LimitHistory
    /// Milliseconds since the epoch.
    private let now: @Sendable () -> Int64
    private var newest: (task: Task<Report, any Error>, version: Int64, madeAt: Int64)?

    package init(live: LiveState, history: HistoryReader, now: @escaping @Sendable () -> Int64) {
        self.live = live
        self.history = LimitHistory(reader: history)
        self.now = now
    }

    package func report() async throws -> Report {
        let picture = live.picture
        let (at, version) = (now(), picture.thresholds.version)
        if let newest, newest.version == version, (newest.madeAt..<newest.madeAt + Self.freshness).contains(at) {
            return try await newest.task.value
        }
        let history = history
        let task = Task { try await Self.make(picture, history) }
        newest = (task, version, at)
        do { return try await task.value } catch {
            newest = nil
            throw error
        }
    }

    private static func make(_ picture: LivePicture, _ history: LimitHistory) async throws -> Report {
        let table = picture.thresholds.table
        var evidence = ReportEvidence.all(picture)
        let crossed = ReportCard.all(evidence.values, thresholds: table).flatMap(\.crossed)
            .sorted { $0.severity > $1.severity }.prefix(maximumExplained)
        var since: [CrossedLimit.Place: Int64] = [:]
        for limit in crossed {
            guard let place = limit.place else { continue }
            let threshold = table.threshold(for: limit.subject, metric: limit.metric, direction: limit.direction)
            if let threshold {
                since[place] = try await history.since(threshold, of: place.key, at: picture.at / 1_000)
            }
            switch limit.metric {
            case .responseTime, .timeToFirstByte:
                if evidence[place.key]?.baseline == nil {
                    evidence[place.key]?.baseline = try await history.baseline(of: place.key, at: picture.at / 1_000)
                }
            case .availability, .errorRate, .load, .host: break
            }
        }
        return Report(at: picture.at, cards: ReportCard.all(evidence.values, thresholds: table, since: since))
    }
}
