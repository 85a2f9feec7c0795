import VenusAnalysis
package import VenusCore
import VenusStore

/// One window of every edge, and the calls in flight of every service.
package struct WindowPicture: Sendable {
    package let window: Window
    /// Milliseconds since the epoch.
    package let at: Int64
    package var identifiers: Identifiers
    /// Sorted by key.
    package let edges: [Measured]
    /// Calls under way by key of the level service, as its proxies last said; absent where none has said so lately.
    package let callsInFlight: [SeriesKey: Int]
    /// What is inside the tunnels of an edge, by the edge's key: sorted, at most ``maximumTunnelProtocols`` each.
    /// Absent where no tunnel was in use, or the feed leaves its operation out because it is none of the busiest.
    package let tunnelProtocols: [SeriesKey: [String]]
    /// Which dependencies are services.
    package let announced: AnnouncedServices
    /// By what grades are given; whatever their windows are, what is shown is held against their limits.
    package let thresholds: ThresholdTable
    let frames: [FeedFrame]
    /// Seconds that the window holds at this moment.
    let span: Double

    /// Calls under way by instance, as its proxies last said; absent where none has said so lately.
    let callsInFlightByInstance: [InstanceKey: Int]

    /// A series and what its calls add up to.
    package struct Measured: Sendable {
        package var key: SeriesKey
        package var totals: KPITotals
        package var kpi: KPI
        /// Where it is that of one instance; its key is the service's then.
        package var instance: String?
    }

    /// There are a dozen: versions of TLS, each with what was agreed on in it.
    private static let maximumTunnelProtocols = 32

    /// A heartbeat comes every 5 s; a proxy that missed several says nothing about now any more.
    private static let heartbeatTrust: Int64 = 20_000

    init(
        window: Window, at: Int64, frames: [FeedFrame], identifiers: Identifiers,
        thresholds: ThresholdTable
    ) {
        self.window = window
        self.thresholds = thresholds
        self.at = at
        let span = Double(window.span(endingAt: at / 1_000))
        self.span = span
        self.identifiers = identifiers
        self.frames = frames.filter { at - $0.at < window.seconds * 1_000 }
        edges = Self.sum(self.frames, window: window, level: .edge).map { key, totals in
            Measured(key: key, totals: totals, kpi: KPI(totals, seconds: span))
        }
        tunnelProtocols = Self.tunnelProtocols(self.frames, window: window)
        announced = AnnouncedServices(frames)
        var inFlight: [SeriesKey: Int] = [:]
        var inFlightByInstance: [InstanceKey: Int] = [:]
        for frame in frames {
            for mark in frame.producers where !mark.hasEnded && frame.at - mark.lastSeen < Self.heartbeatTrust {
                let key = SeriesKey.service(mark.producer.service, environment: mark.producer.environment)
                inFlight[key, default: 0] += mark.callsInFlight
                let instance = InstanceKey(
                    environment: mark.producer.environment, service: mark.producer.service,
                    instance: mark.producer.instance)
                inFlightByInstance[instance, default: 0] += mark.callsInFlight
            }
        }
        callsInFlight = inFlight
        callsInFlightByInstance = inFlightByInstance
    }

    /// A window of the past, as its edges' totals say; `span` in seconds. Nothing is in flight there.
    ///
    /// - Parameter announced: who was behind an address then, nobody wrote down; who is now, is the best guess.
    package init(
        window: Window, at: Int64, edges: [(key: SeriesKey, value: KPITotals)], span: Double, identifiers: Identifiers,
        announced: AnnouncedServices, thresholds: ThresholdTable = ThresholdTable()
    ) {
        self.window = window
        self.thresholds = thresholds
        self.at = at
        self.span = span
        self.identifiers = identifiers
        frames = []
        self.edges = edges.map { Measured(key: $0.key, totals: $0.value, kpi: KPI($0.value, seconds: span)) }
        tunnelProtocols = [:]
        callsInFlight = [:]
        callsInFlightByInstance = [:]
        self.announced = announced
    }

    private static func tunnelProtocols(_ frames: [FeedFrame], window: Window) -> [SeriesKey: [String]] {
        guard let place = Window.allCases.firstIndex(of: window) else { return [:] }
        var found: [SeriesKey: Set<String>] = [:]
        for frame in frames {
            for series in frame.series where series.key.level == .operation {
                // What overflows does not say what is inside.
                guard series.windows.indices.contains(place), series.windows[place].hasUse,
                    !series.key.operation.hasSuffix(KeyTable.overflow),
                    let inside = Operation.tunnelProtocol(ofName: series.key.operation)
                else { continue }
                let edge = series.key.key(at: .edge)
                guard found[edge, default: []].count < maximumTunnelProtocols else { continue }
                found[edge, default: []].insert(inside)
            }
        }
        return found.mapValues { $0.sorted() }
    }

    /// The operations that match; added up anew at each call.
    package func operations(where matches: (SeriesKey) -> Bool) -> [Measured] {
        Self.sum(frames, window: window, level: .operation, where: matches).map { key, totals in
            Measured(key: key, totals: totals, kpi: KPI(totals, seconds: span))
        }
    }

    /// These edges, added up at a coarser level, sorted by key; with the calls in flight where the level has them.
    package func grouped(_ edges: [Measured], at level: Level) -> [Measured] {
        var sums: [SeriesKey: KPITotals] = [:]
        for edge in edges { sums[edge.key.key(at: level), default: KPITotals()].merge(edge.totals) }
        return Self.sorted(sums).map { key, totals in
            let inFlight = level == .service ? callsInFlight[key] : nil
            return Measured(
                key: key, totals: totals, kpi: KPI(totals, seconds: span, inFlight: inFlight))
        }
    }

    private static func sum(
        _ frames: [FeedFrame], window: Window, level: Level, where matches: (SeriesKey) -> Bool = { _ in true }
    ) -> [(key: SeriesKey, value: KPITotals)] {
        // A feed of an older or newer version may have fewer windows: what it lacks is not there.
        guard let place = Window.allCases.firstIndex(of: window) else { return [] }
        var sums: [SeriesKey: KPITotals] = [:]
        for frame in frames {
            for series in frame.series where series.key.level == level && matches(series.key) {
                guard series.windows.indices.contains(place) else { continue }
                sums[series.key, default: KPITotals()].merge(series.windows[place])
            }
        }
        return sorted(sums)
    }

    /// By key. Places are sorted, not the totals, of which each copy counts references.
    private static func sorted(_ sums: [SeriesKey: KPITotals]) -> [(key: SeriesKey, value: KPITotals)] {
        let keys = sums.keys
        return keys.indices.sorted { keys[$0] < keys[$1] }.map { sums[$0] }
    }
}

extension KPITotals {
    /// Whether a tunnel of these was established, or moved a byte: of others nobody knows what they would have carried.
    fileprivate var hasUse: Bool { success > 0 || bytesSent > 0 || bytesReceived > 0 }
}
