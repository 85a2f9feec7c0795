package import VenusCore

/// `GET /history`.
package struct HistoryOutput: Sendable, Encodable {
    package struct Point: Sendable, Encodable {
        /// Start of the bucket.
        package var at: String
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
                at: Timestamp.text(seconds: point.bucket), coverage: point.coverage,
                kpis: KPI(point.totals, seconds: max(1, point.coverage * length)))
        }
        var sum = KPITotals()
        for point in points { sum.merge(point.totals) }
        totals = KPI(sum, seconds: max(1, points.reduce(0) { $0 + $1.coverage } * length))
    }

    private enum CodingKeys: String, CodingKey { case range, tier, from, to, points, totals }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(range, forKey: .range)
        try container.encode(tier, forKey: .tier)
        try container.encode(from, forKey: .from)
        try container.encode(to, forKey: .to)
        try container.encode(points, forKey: .points)
        try container.encode(totals, forKey: .totals)
    }
}
