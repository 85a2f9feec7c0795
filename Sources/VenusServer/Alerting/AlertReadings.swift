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
    private let hosts: HostWatch
    /// Whether the picture is whole; where it is not, only hosts are judged.
    let isWhole: Bool
    private var windows: [Window: Known] = [:]

    private struct Known {
        var isCovered: Bool
        var span: Double
        var series: [SeriesKey: WindowPicture.Measured]
        /// Whether services are among them: to add them up costs as much as all edges.
        var hasServices: Bool
    }

    init(
        _ picture: LivePicture, operations: Set<SeriesKey>, burns: [String: ObjectiveBurn], hosts: HostWatch,
        isWhole: Bool, at now: Int64
    ) {
        self.picture = picture
        self.operations = operations
        self.burns = burns
        self.hosts = hosts
        self.isWhole = isWhole
        self.now = now
    }

    /// What calls of the series add up to over the window; `nil` where the window is incomplete.
    mutating func totals(of key: SeriesKey, over window: Window) -> WindowPicture.Measured? {
        let known = look(at: window, withServices: key.level == .service)
        guard known.isCovered else { return nil }
        return known.series[key]
            ?? WindowPicture.Measured(
                key: key, totals: KPITotals(), kpi: KPI(KPITotals(), seconds: known.span, inFlight: nil))
    }

    /// - Parameter missedSince: since when the alert says already that the subject is silent.
    mutating func reading(
        _ rule: AlertRule, _ threshold: MetricThreshold?, regularity: CallRegularity?, missedSince: Int64?
    ) -> AlertReading {
        if case .host = rule.subject {
            return hosts.reading(rule, threshold, isMissed: missedSince != nil, at: now * 1_000)
        }
        guard isWhole else { return .uncovered }
        if case .burnRate(let id) = rule.condition {
            guard let burn = burns[id] else { return .uncovered }
            let strength = BurnRate.strength(burn.tallies, of: burn.objective, severity: rule.severity)
            return strength.map { .value($0) } ?? .quiet
        }
        guard let threshold, let key = rule.subject.key else { return .uncovered }
        let measured = totals(of: key, over: threshold.window).map {
            Measured(kpi: $0.kpi, known: $0.totals.known, statuses: $0.totals.statuses)
        }
        return AlertReading(
            rule, threshold, measured: measured, regularity: regularity, missedSince: missedSince, at: now)
    }

    /// Every series that is called: edges, the operations that are watched, and services where they are asked for.
    private mutating func look(at window: Window, withServices: Bool) -> Known {
        if var known = windows[window] {
            guard withServices, !known.hasServices else { return known }
            let seen = picture.window(window)
            for service in seen.grouped(seen.edges, at: .service) { known.series[service.key] = service }
            known.hasServices = true
            windows[window] = known
            return known
        }
        let seen = picture.window(window)
        var series: [SeriesKey: WindowPicture.Measured] = [:]
        series.reserveCapacity(seen.edges.count)
        for edge in seen.edges { series[edge.key] = edge }
        if !operations.isEmpty {
            let wanted = operations
            for operation in seen.operations(where: { wanted.contains($0) }) { series[operation.key] = operation }
        }
        let known = Known(
            isCovered: picture.isCovered(window, at: now * 1_000), span: seen.span, series: series, hasServices: false)
        windows[window] = known
        return withServices ? look(at: window, withServices: true) : known
    }
}
