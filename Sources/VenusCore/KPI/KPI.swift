/// How much of the calls' outcome could be seen.
public enum Basis: String, Sendable, Hashable, Codable {
    /// Statuses were visible.
    case status
    /// Only connecting and handshaking were visible.
    case transport
    case mixed
}

/// The KPIs of some calls over some time, as the API has them (`kpis` everywhere).
///
/// Rates are fractions 0 … 1; what there is nothing to say about is `nil`, and `null` in JSON: never 0 % or 100 %.
public struct KPI: Sendable, Hashable {
    /// All of them, whatever their outcome.
    public var calls: UInt64
    /// 1 − (server_error + transport_error) / k
    public var availability: Double?
    /// (client_error + server_error + transport_error) / k
    public var errorRate: Double?
    /// `nil` also where no status was visible (``basis``): nobody knows how many there were.
    public var clientErrorRate: Double?
    /// `nil` also where no status was visible.
    public var serverErrorRate: Double?
    public var transportErrorRate: Double?
    public var basis: Basis?
    /// Of the calls that got a response, tunnels left out.
    public var responseTime: Distribution
    /// Time to first byte, of the same calls.
    public var ttfb: Distribution
    public var load: Load
    /// Calls whose caller left early; not in k.
    public var cancelled: UInt64
    /// Calls that the egress policy refused; not in k.
    public var denied: UInt64
    /// Calls that the egress policy would have denied, if it were enforced.
    public var wouldBeDenied: UInt64
    /// Calls to link-local and metadata addresses.
    public var linkLocal: UInt64
    /// Calls seen inside an encrypted tunnel, whose times are estimates.
    public var estimated: UInt64

    /// Milliseconds.
    public struct Distribution: Sendable, Hashable {
        public var mean: Double?
        public var p50: Double?
        public var p90: Double?
        public var p95: Double?
        public var p99: Double?
        public var max: Double?

        private static let shown = [0.5, 0.9, 0.95, 0.99]

        public init(_ histogram: LatencyHistogram) {
            guard !histogram.isEmpty else { return }
            mean = histogram.mean.map { $0 / 1_000 }
            let quantiles = histogram.quantiles(Self.shown)
            p50 = quantiles[0] / 1_000
            p90 = quantiles[1] / 1_000
            p95 = quantiles[2] / 1_000
            p99 = quantiles[3] / 1_000
            max = Double(histogram.maximum) / 1_000
        }
    }

    /// Means over the time that was looked at.
    public struct Load: Sendable, Hashable {
        public var callsPerMinute: Double
        public var bytesSentPerSecond: Double
        public var bytesReceivedPerSecond: Double
        /// Calls under way now, where that is known.
        public var inFlight: Int?
    }

    /// - Parameters:
    ///   - seconds: the time that the totals cover; above 0.
    ///   - inFlight: calls under way now, where that is known.
    public init(_ totals: KPITotals, seconds: Double, inFlight: Int? = nil) {
        precondition(seconds > 0, "a load needs a time")
        calls = totals.calls
        let known = totals.known
        if known > 0 {
            let share = { (count: UInt64) in Double(count) / Double(known) }
            // In one division: 93 of 100 are 0.93, as a limit has it, and 1 − 0.07 is a little less.
            availability = share(totals.success + totals.clientError)
            errorRate = share(totals.clientError + totals.serverError + totals.transportError)
            if totals.tunnels < known {
                clientErrorRate = share(totals.clientError)
                serverErrorRate = share(totals.serverError)
            }
            transportErrorRate = share(totals.transportError)
        }
        let transportOnly = totals.tunnels + totals.unknown
        let answered = known + totals.unknown
        if answered > 0 {
            basis = transportOnly == 0 ? .status : transportOnly >= answered ? .transport : .mixed
        } else if totals.isActivityOnly {
            basis = .transport
        }
        responseTime = Distribution(totals.duration)
        ttfb = Distribution(totals.ttfb)
        load = Load(
            callsPerMinute: Double(totals.calls) * 60 / seconds,
            bytesSentPerSecond: Double(totals.bytesSent) / seconds,
            bytesReceivedPerSecond: Double(totals.bytesReceived) / seconds,
            inFlight: inFlight)
        cancelled = totals.cancelled
        denied = totals.denied
        wouldBeDenied = totals.wouldBeDenied
        linkLocal = totals.linkLocal
        estimated = totals.estimated
    }
}
