import VenusCore

/// Which buckets of history stand for a past time.
package struct SpanOutput: Sendable, JSONWritable {
    private var tier: String
    private var from: String
    private var to: String

    package init(_ span: HistorySpan) {
        tier = span.tier.name
        from = Timestamp.text(seconds: span.from)
        to = Timestamp.text(seconds: span.end)
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("from")
            writer.value(from)
            writer.name("tier")
            writer.value(tier)
            writer.name("to")
            writer.value(to)
        }
    }
}
