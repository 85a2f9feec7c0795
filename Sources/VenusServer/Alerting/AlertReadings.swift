import VenusAlerts
import VenusCore

/// What the live picture says of what is watched, at one moment; each window is looked through when first asked for.
struct AlertReadings {
    let picture: LivePicture
    /// Seconds since the epoch.
    let now: Int64
    /// By the id of the objective; what is not here is not known.
    private let burns: [String: ObjectiveBurn]
    /// Operations that have rules of their own.
    private let operations: Set<SeriesKey>
    private var windows: [Window: Known] = [:]

    private struct Known {
        var isCovered: Bool
        var span: Double
        var series: [SeriesKey: WindowPicture.Measured]
    }

    init(
        _ picture: LivePicture, operations: Set<SeriesKey>, burns: [String: ObjectiveBurn], at now: Int64
    ) {
        self.picture = picture
        self.operations = operations
        self.burns = burns
        self.now = now
    }

    /// What calls of the series add up to over the window; `nil` where the window is incomplete.
    mutating func totals(of key: SeriesKey, over window: Window) -> WindowPicture.Measured? {
        let known = look(at: window)
        guard known.isCovered else { return nil }
        return known.series[key]
            ?? WindowPicture.Measured(
                key: key, totals: KPITotals(), kpi: KPI(KPITotals(), seconds: known.span, inFlight: nil))
    }

    mutating func reading(
        _ rule: AlertRule, _ threshold: MetricThreshold?, regularity: CallRegularity?
    ) -> AlertReading {
        if case .burnRate(let id) = rule.condition {
            guard let burn = burns[id] else { return .uncovered }
            let strength = BurnRate.strength(burn.tallies, of: burn.objective, severity: rule.severity)
            return strength.map { .value($0) } ?? .quiet
        }
        guard let threshold, let key = rule.subject.key else { return .uncovered }
        let measured = totals(of: key, over: threshold.window).map { Measured(kpi: $0.kpi, known: $0.totals.known) }
        return AlertReading(rule, threshold, measured: measured, regularity: regularity, at: now)
    }

    /// Every series that is called: edges, services, and the operations that are watched.
    private mutating func look(at window: Window) -> Known {
        if let known = windows[window] { return known }
        let seen = picture.window(window)
        var series: [SeriesKey: WindowPicture.Measured] = [:]
        series.reserveCapacity(seen.edges.count)
        for edge in seen.edges { series[edge.key] = edge }
        for service in seen.grouped(seen.edges, at: .service) { series[service.key] = service }
        if !operations.isEmpty {
            let wanted = operations
            for operation in seen.operations(where: { wanted.contains($0) }) { series[operation.key] = operation }
        }
        let known = Known(
            isCovered: picture.isCovered(window, at: now * 1_000), span: seen.span, series: series)
        windows[window] = known
        return known
    }
}
