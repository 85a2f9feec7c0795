package import VenusCore

/// A limit that is crossed: why a grade is not `good`.
package struct Reason: Sendable, Hashable {
    /// Which metric; as a text its name: `availability` (a fraction), `response_time_p95_ms`.
    package var metric: Metric
    package var value: Double
    package var limit: Double
    package var severity: Severity

    /// One for each threshold that is crossed, by the graver of its limits.
    ///
    /// - Parameter totals: of which the KPIs are.
    package static func all(_ kpi: KPI, of totals: KPITotals, thresholds: [MetricThreshold]) -> [Reason] {
        var reasons: [Reason] = []
        for threshold in thresholds {
            guard let value = kpi.value(for: threshold, known: totals.known, statuses: totals.statuses),
                let severity = threshold.crossed(by: value), let limit = threshold.limit(severity)
            else { continue }
            reasons.append(Reason(metric: threshold.metric, value: value, limit: limit, severity: severity))
        }
        return reasons
    }
}

extension Reason: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("level")
            writer.value(severity.rawValue)
            writer.name("limit")
            writer.value(limit)
            writer.name("measure")
            writer.value(metric.name)
            writer.name("value")
            writer.value(value, decimals: 8)
        }
    }
}
