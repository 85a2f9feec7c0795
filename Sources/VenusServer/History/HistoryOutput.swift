package import VenusCore

/// `GET /history`.
package struct HistoryOutput: Sendable {
    package struct Point: Sendable {
        /// Start of the bucket.
        package var at: String
        /// The same in seconds since the epoch.
        package var bucket: Int64
        package var coverage: Double
        package var kpis: KPI
    }

    /// `null` where the span was given by `from` and `to`.
    package var range: HistoryRange?
    package var tier: String
    package var from: String
    /// The last bucket's end, or now where that is still open.
    package var to: String
    package var points: [Point]
    package var totals: KPI

    /// A load is that of the time that was seen: the rate of an open bucket is not watered down by what is to come.
    package init(range: HistoryRange?, span: HistorySpan, points: [HistoryComposer.Point]) {
        self.range = range
        tier = span.tier.name
        from = Timestamp.text(seconds: span.from)
        to = Timestamp.text(seconds: max(min(span.end, span.now), span.from))
        let length = Double(span.tier.seconds)
        self.points = points.map { point in
            Point(
                at: Timestamp.text(seconds: point.bucket), bucket: point.bucket, coverage: point.coverage,
                kpis: KPI(point.totals, seconds: max(1, point.coverage * length)))
        }
        var sum = KPITotals()
        for point in points { sum.merge(point.totals) }
        totals = KPI(sum, seconds: max(1, points.reduce(0) { $0 + $1.coverage } * length))
    }
}
