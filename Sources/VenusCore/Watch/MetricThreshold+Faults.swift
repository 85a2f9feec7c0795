extension MetricThreshold {
    /// Why a threshold makes no sense.
    public enum Fault: Error, Sendable, Hashable {
        /// A limit that is no number, negative where the metric cannot be, or a fraction beyond 1.
        case limitOutOfRange(Severity)
        /// The critical limit would be crossed before the warning.
        case criticalBeforeWarning
        case toleratedWithoutErrorRate
        /// Only 400 … 599 are errors.
        case notAnError(status: UInt16)
        case tooManyTolerated
    }

    /// What is wrong with it, if anything is.
    public var fault: Fault? {
        for severity in Severity.allCases {
            guard let limit = limit(severity) else { continue }
            guard limit.isFinite, !metric.isFraction || (0...1).contains(limit) else {
                return .limitOutOfRange(severity)
            }
            // A host's metric may be below zero (a temperature), a time or a load cannot.
            if case .host = metric { continue }
            guard limit >= 0 else { return .limitOutOfRange(severity) }
        }
        if let warning, let critical, direction.isCrossed(warning, limit: critical) { return .criticalBeforeWarning }
        guard tolerate.count <= Self.maximumTolerated else { return .tooManyTolerated }
        guard tolerate.isEmpty || metric == .errorRate else { return .toleratedWithoutErrorRate }
        return tolerate.first { !ErrorStatuses.range.contains($0) }.map { .notAnError(status: $0) }
    }
}
