package import VenusCore

/// `GET /history`.
package struct HistoryOutput: Sendable {
    /// `null` where the span was given by `from` and `to`.
    package var range: HistoryRange?
    package var tier: String
    package var from: String
    /// The last bucket's end, or now where that is still open.
    package var to: String
    package var points: [HistoryReader.Answer.Point]
    package var totals: KPI

    package init(range: HistoryRange?, span: HistorySpan, answer: HistoryReader.Answer) {
        self.range = range
        tier = span.tier.name
        from = Timestamp.text(seconds: span.from)
        to = Timestamp.text(seconds: max(min(span.end, span.now), span.from))
        points = answer.points
        let seen = points.reduce(0) { $0 + $1.coverage } * Double(span.tier.seconds)
        totals = KPI(answer.totals, seconds: max(1, seen))
    }
}
