package import VenusCore

/// One number of the KPIs: a column of tables and charts, and what a list is sorted by.
///
/// The names are those of the KPIs in JSON, made flat.
package enum KPIMeasure: String, Sendable, Hashable, CaseIterable {
    case calls, availability
    case errorRate = "error_rate"
    case clientErrorRate = "client_error_rate"
    case serverErrorRate = "server_error_rate"
    case transportErrorRate = "transport_error_rate"
    case responseTimeMean = "response_time_mean_ms"
    case responseTimeP50 = "response_time_p50_ms"
    case responseTimeP90 = "response_time_p90_ms"
    case responseTimeP95 = "response_time_p95_ms"
    case responseTimeP99 = "response_time_p99_ms"
    case responseTimeMax = "response_time_max_ms"
    case ttfbMean = "ttfb_mean_ms"
    case ttfbP50 = "ttfb_p50_ms"
    case ttfbP90 = "ttfb_p90_ms"
    case ttfbP95 = "ttfb_p95_ms"
    case ttfbP99 = "ttfb_p99_ms"
    case ttfbMax = "ttfb_max_ms"
    case callsPerMinute = "calls_per_minute"
    case bytesSentPerSecond = "bytes_sent_per_second"
    case bytesReceivedPerSecond = "bytes_received_per_second"
    case inFlight = "in_flight"
    case cancelled, denied
    case wouldBeDenied = "would_be_denied"
    case linkLocal = "link_local"
    case estimated

    /// `nil` where there is nothing to say.
    package func value(_ kpi: KPI) -> Double? {
        switch self {
        case .calls: Double(kpi.calls)
        case .availability: kpi.availability
        case .errorRate: kpi.errorRate
        case .clientErrorRate: kpi.clientErrorRate
        case .serverErrorRate: kpi.serverErrorRate
        case .transportErrorRate: kpi.transportErrorRate
        case .responseTimeMean: kpi.responseTime.mean
        case .responseTimeP50: kpi.responseTime.p50
        case .responseTimeP90: kpi.responseTime.p90
        case .responseTimeP95: kpi.responseTime.p95
        case .responseTimeP99: kpi.responseTime.p99
        case .responseTimeMax: kpi.responseTime.max
        case .ttfbMean: kpi.ttfb.mean
        case .ttfbP50: kpi.ttfb.p50
        case .ttfbP90: kpi.ttfb.p90
        case .ttfbP95: kpi.ttfb.p95
        case .ttfbP99: kpi.ttfb.p99
        case .ttfbMax: kpi.ttfb.max
        case .callsPerMinute: kpi.load.callsPerMinute
        case .bytesSentPerSecond: kpi.load.bytesSentPerSecond
        case .bytesReceivedPerSecond: kpi.load.bytesReceivedPerSecond
        case .inFlight: kpi.load.inFlight.map(Double.init)
        case .cancelled: Double(kpi.cancelled)
        case .denied: Double(kpi.denied)
        case .wouldBeDenied: Double(kpi.wouldBeDenied)
        case .linkLocal: Double(kpi.linkLocal)
        case .estimated: Double(kpi.estimated)
        }
    }
}
