import VenusAlerts
import VenusCore

/// What history says of a limit that is crossed.
struct LimitHistory: Sendable {
    /// How far back a crossed limit is followed, in seconds: first an hour, and if it was crossed all along a day.
    private static let lookBack: [Int64] = [3_600, 24 * 3_600]
    private static let hour: Int64 = 3_600
    private static let day: Int64 = 24 * hour

    let reader: HistoryReader

    /// Seconds since the epoch, to the minute and a day back at most: from when on it has been crossed without a break.
    func since(_ threshold: MetricThreshold, of key: SeriesKey, at now: Int64) async throws -> Int64 {
        var since = Tier.minute.bucket(of: now)
        for seconds in Self.lookBack {
            // The window of the first minute that is looked at lies before it.
            let span = HistorySpan(last: seconds + Window.hour1.seconds, of: .minute, now: now)
            let minutes = try await reader.buckets(span, of: key)
            guard let found = CrossingHistory.since(minutes, of: threshold, from: span.from, now: now) else { break }
            since = found
            guard found <= span.from + Window.hour1.seconds else { break }
        }
        return since
    }

    /// The same hour a week before, else the day that ended an hour ago.
    func baseline(of key: SeriesKey, at now: Int64) async throws -> ReportEvidence.Baseline? {
        let thisHour = now - now % Self.hour
        let lastWeek = thisHour - 7 * Self.day
        if let means = try await means(of: key, from: lastWeek, to: lastWeek + Self.hour, now: now) {
            return ReportEvidence.Baseline(means, of: .week)
        }
        let end = Tier.quarterHour.bucket(of: now - Self.hour)
        return try await means(of: key, from: end - Self.day, to: end, now: now).map {
            ReportEvidence.Baseline($0, of: .day)
        }
    }

    private func means(of key: SeriesKey, from: Int64, to: Int64, now: Int64) async throws -> PhaseMeans? {
        let span = HistorySpan(last: to - from, of: .quarterHour, now: to - 1)
        var sum = KPITotals()
        for totals in try await reader.buckets(span, of: key).values { sum.merge(totals) }
        return PhaseMeans(sum)
    }
}
