package import VenusCore

/// All windows of one series: rings of 1 s cells for 10 s and 1 m, of 10 s cells for 5 and 15 m, of 1 m cells for 1 h.
///
/// Windows end now, and begin where the cells allow (``CellRing``); what was booked ahead of our clock is in them.
package struct SeriesWindows: Sendable {
    /// The span of each ring's windows, as ``Window/cellSeconds`` groups them.
    private var seconds: CellRing
    private var tenSeconds: CellRing
    private var minutes: CellRing

    /// - Parameter keepsHistograms: whether histograms are at hand for each tick, or made when asked for.
    package init(now: Int64, keepsHistograms: Bool = true) {
        seconds = CellRing([.seconds10, .minute1], now: now, keepsHistograms: keepsHistograms)
        tenSeconds = CellRing([.minutes5, .minutes15], now: now, keepsHistograms: keepsHistograms)
        minutes = CellRing([.hour1], now: now, keepsHistograms: keepsHistograms)
    }

    /// Several series as one, with its histograms at hand; costs all their cells.
    init(sumOf series: [SeriesWindows], now: Int64) {
        self.init(now: now)
        seconds.enter(cellsOf: series.map(\.seconds))
        tenSeconds.enter(cellsOf: series.map(\.tenSeconds))
        minutes.enter(cellsOf: series.map(\.minutes))
    }

    package mutating func keepHistograms(_ keeps: Bool) {
        seconds.keepHistograms(keeps)
        tenSeconds.keepHistograms(keeps)
        minutes.keepHistograms(keeps)
    }

    /// Which of the windows calls enter.
    package enum Part: Sendable, Hashable {
        case all
        /// All but the hour.
        case upToQuarterHour
        case hour
    }

    package var isEmpty: Bool { seconds.isEmpty && tenSeconds.isEmpty && minutes.isEmpty }

    /// Calls in the longest window.
    package var callsInHour: UInt64 { minutes.calls(at: 0) }

    /// At the place of the window in ``Window/allCases``.
    package var totals: [KPITotals] { seconds.totals + tenSeconds.totals + minutes.totals }

    package mutating func advance(to now: Int64) {
        seconds.advance(to: now)
        tenSeconds.advance(to: now)
        minutes.advance(to: now)
    }

    package mutating func enter(_ totals: KPITotals, at second: Int64, part: Part = .all) {
        if part != .hour {
            seconds.enter(totals, at: second)
            tenSeconds.enter(totals, at: second)
        }
        if part != .upToQuarterHour { minutes.enter(totals, at: second) }
    }
}
