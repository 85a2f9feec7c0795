package import VenusCore

/// A limit that is crossed: why a grade is not `good`.
package struct Reason: Sendable, Hashable {
    /// `availability` (a fraction) or `response_time_p95_ms`.
    package var measure: String
    package var value: Double
    package var limit: Double
    /// `warning` or `critical`.
    package var level: String

    /// One for each threshold that is crossed, by the graver of its limits.
    package static func all(_ kpi: KPI, thresholds: [Threshold] = Threshold.defaults) -> [Reason] {
        thresholds.compactMap { threshold in
            let limit: (Double, String)? =
                switch threshold.grade(kpi) {
                case .poor: (threshold.critical, "critical")
                case .fair: (threshold.warning, "warning")
                case .good, .idle, nil: nil
                }
            guard let (limit, level) = limit else { return nil }
            switch threshold.measure {
            case .availability:
                return kpi.availability.map { Reason(measure: "availability", value: $0, limit: limit, level: level) }
            case .responseTimeP95:
                return kpi.responseTime.p95.map {
                    Reason(measure: "response_time_p95_ms", value: $0, limit: limit, level: level)
                }
            }
        }
    }
}

extension Reason: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("level")
            writer.value(level)
            writer.name("limit")
            writer.value(limit)
            writer.name("measure")
            writer.value(measure)
            writer.name("value")
            writer.value(value, decimals: 8)
        }
    }
}
