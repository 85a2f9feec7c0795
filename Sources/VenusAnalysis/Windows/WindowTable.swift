package import VenusCore

/// The windows of every series that had a call within the last hour, by the series' number in the ``KeyTable``.
///
/// Bound: of each series at most 210 cells (60 of a second, 90 of ten, 60 of a minute) and those ahead of our clock,
/// packed: measured 24 KB for an operation of a call a second, 75 KB for an edge of 33 with its histograms at hand. So
/// of the most operations that the ``KeyTable``s of an analyzer take together, 50,000 hold 1.2 GB and the 2,500 that
/// stand for others 60 MB, 500 edges 38 MB, and the 1,000 methods of its ``MethodWindows``, which are as edges are,
/// 75 MB. A series without calls holds nothing.
package struct WindowTable: Sendable {
    /// Of each series a list of one, or an empty one: a series without calls costs a pointer.
    private var windows: [[SeriesWindows]] = []
    /// The second that the windows end at.
    package private(set) var now: Int64

    package init(now: Int64) { self.now = now }

    /// Moves every window on, and drops those that have become empty. An earlier `now` changes nothing.
    package mutating func advance(to now: Int64) {
        guard now > self.now else { return }
        self.now = now
        for place in windows.indices {
            guard !windows[place].isEmpty else { continue }
            windows[place][0].advance(to: now)
            if windows[place][0].isEmpty { windows[place] = [] }
        }
    }

    package func holds(_ series: Int32) -> Bool { Int(series) < windows.count && !windows[Int(series)].isEmpty }

    package mutating func enter(
        _ totals: KPITotals, of series: Int32, at second: Int64, part: SeriesWindows.Part = .all,
        keepsHistograms: Bool = true
    ) {
        let place = Int(series)
        while windows.count <= place { windows.append([]) }
        if windows[place].isEmpty { windows[place] = [SeriesWindows(now: now, keepsHistograms: keepsHistograms)] }
        windows[place][0].enter(totals, at: second, part: part)
    }

    /// Calls of a series within the last hour.
    package func callsInHour(of series: Int32) -> UInt64 { holds(series) ? windows[Int(series)][0].callsInHour : 0 }

    /// Keeps the histograms of a series at hand for each tick, or makes them when they are asked for.
    package mutating func keepHistograms(_ keeps: Bool, of series: Int32) {
        guard holds(series) else { return }
        windows[Int(series)][0].keepHistograms(keeps)
    }

    /// `nil` where the series had no call within the last hour.
    package subscript(_ series: Int32) -> SeriesWindows? {
        holds(series) ? windows[Int(series)][0] : nil
    }
}
