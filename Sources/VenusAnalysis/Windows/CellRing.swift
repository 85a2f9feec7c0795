package import VenusCore

/// The cells of one series at one resolution, oldest first, with the running totals of the windows that are made of
/// them. Only cells that hold calls are there: at most one for each cell of the longest window, and those ahead of our
/// clock (``StepCells/maximumAheadSeconds``).
///
/// Without histograms the running totals are of counts and sums alone, which is most of the memory and of the work;
/// ``totals(at:)`` then makes the histograms of a window from its cells.
///
/// A window of length L with cells of length c covers, at the second `now`, every cell that starts at or after
/// `now`, rounded up to c, less L: up to L, and more than L − c.
package struct CellRing: Sendable {
    private struct Rolling {
        let window: Window
        var totals = KPITotals()
        /// Cells that start before it have left.
        var start = Int64.min
        /// Place of the first cell that has not left.
        var tail = 0
    }

    private let cellSeconds: Int64
    /// Shortest first.
    private var rolling: [Rolling]
    private var packed = PackedCells()
    /// The newest cell, whose place is behind the packed ones: calls still come into it, so it is not packed.
    private var newest: (start: Int64, totals: KPITotals)?

    /// Whether the running totals have histograms.
    package private(set) var keepsHistograms: Bool

    /// - Parameter windows: of the same cell length, shortest first.
    package init(_ windows: [Window], now: Int64, keepsHistograms: Bool = true) {
        precondition(Set(windows.map(\.cellSeconds)).count == 1, "windows of one ring have cells of one length")
        cellSeconds = windows[0].cellSeconds
        self.keepsHistograms = keepsHistograms
        rolling = windows.map { Rolling(window: $0) }
        for place in rolling.indices { rolling[place].start = firstCell(of: rolling[place].window, at: now) }
    }

    package var isEmpty: Bool { newest == nil }

    /// The totals, at the place of each window in `init`'s list.
    package var totals: [KPITotals] { rolling.indices.map { totals(at: $0) } }

    package func totals(at place: Int) -> KPITotals {
        keepsHistograms ? rolling[place].totals : withHistograms(place)
    }

    /// Calls of a window.
    package func calls(at place: Int) -> UInt64 { rolling[place].totals.calls }

    /// Begins or ends keeping histograms in the running totals; beginning costs all cells.
    package mutating func keepHistograms(_ keeps: Bool) {
        guard keeps != keepsHistograms else { return }
        for place in rolling.indices {
            if keeps {
                rolling[place].totals = withHistograms(place)
            } else {
                rolling[place].totals.duration = LatencyHistogram()
                rolling[place].totals.ttfb = LatencyHistogram()
            }
        }
        keepsHistograms = keeps
    }

    private func withHistograms(_ place: Int) -> KPITotals {
        var totals = rolling[place].totals
        for cell in min(rolling[place].tail, packed.count)..<packed.count {
            let cell = packed.totals(of: cell)
            totals.duration.merge(cell.duration)
            totals.ttfb.merge(cell.ttfb)
        }
        if let newest, rolling[place].tail <= packed.count {
            totals.duration.merge(newest.totals.duration)
            totals.ttfb.merge(newest.totals.ttfb)
        }
        return totals
    }

    /// Moves every window on to `now`: costs the cells that leave. Time never runs backwards here: an earlier `now`
    /// changes nothing.
    package mutating func advance(to now: Int64) {
        for place in rolling.indices { move(place, to: firstCell(of: rolling[place].window, at: now)) }
        let gone = rolling[rolling.count - 1].tail
        guard gone > 0 else { return }
        if gone > packed.count {
            packed = PackedCells()
            newest = nil
        } else {
            packed.removeFirst(gone)
        }
        for place in rolling.indices { rolling[place].tail -= gone }
    }

    /// Adds calls that ended at `second` to every window that covers it.
    package mutating func enter(_ totals: KPITotals, at second: Int64) {
        let start = (second / cellSeconds) * cellSeconds
        guard start >= rolling[rolling.count - 1].start else { return }
        for place in rolling.indices where start >= rolling[place].start {
            if keepsHistograms {
                rolling[place].totals.merge(totals)
            } else {
                rolling[place].totals.mergeCounts(totals)
            }
        }
        guard let newestStart = newest?.start, start <= newestStart else {
            if let newest { packed.append(newest.totals, start: newest.start) }
            newest = (start, totals)
            // A window that has moved past this cell has moved past those before it.
            for place in rolling.indices where start < rolling[place].start { rolling[place].tail = packed.count + 1 }
            return
        }
        if start == newestStart { newest?.totals.merge(totals) } else { enterLate(totals, start: start) }
    }

    /// Adds the cells of rings of the same windows.
    mutating func enter(cellsOf rings: [CellRing]) {
        var sums: [Int64: KPITotals] = [:]
        for ring in rings {
            for cell in 0..<ring.packed.count {
                sums[ring.packed.start(of: cell), default: KPITotals()].merge(ring.packed.totals(of: cell))
            }
            if let newest = ring.newest { sums[newest.start, default: KPITotals()].merge(newest.totals) }
        }
        // In order, since a cell behind the newest costs those after it.
        for start in sums.keys.sorted() { enter(sums[start, default: KPITotals()], at: start) }
    }

    private mutating func enterLate(_ totals: KPITotals, start: Int64) {
        var place = packed.count
        while place > 0, packed.start(of: place - 1) >= start { place -= 1 }
        if place < packed.count, packed.start(of: place) == start {
            var merged = packed.totals(of: place)
            merged.merge(totals)
            packed.insert(merged, start: start, at: place, replacing: true)
            return
        }
        packed.insert(totals, start: start, at: place, replacing: false)
        for window in rolling.indices where start < rolling[window].start { rolling[window].tail += 1 }
    }

    private func firstCell(of window: Window, at now: Int64) -> Int64 {
        (now + cellSeconds - 1) / cellSeconds * cellSeconds - window.seconds
    }

    private mutating func move(_ place: Int, to start: Int64) {
        guard start > rolling[place].start else { return }
        rolling[place].start = start
        var extremesMayChange = false
        while rolling[place].tail <= packed.count {
            let tail = rolling[place].tail
            guard let leaving = cell(tail, leavingBefore: start) else { break }
            if keepsHistograms {
                extremesMayChange =
                    extremesMayChange || Extremes.mayChange(rolling[place].totals.duration, without: leaving.duration)
                    || Extremes.mayChange(rolling[place].totals.ttfb, without: leaving.ttfb)
                rolling[place].totals.subtract(leaving)
            } else {
                rolling[place].totals.subtractCounts(leaving)
            }
            rolling[place].tail += 1
        }
        if rolling[place].totals.isEmpty {
            rolling[place].totals = KPITotals()
        } else if extremesMayChange {
            findExtremes(place)
        }
    }

    /// A cell, or the newest behind the packed ones, where it starts before `start`; its histograms are read where
    /// kept.
    private func cell(_ tail: Int, leavingBefore start: Int64) -> KPITotals? {
        guard tail < packed.count else {
            guard let newest, newest.start < start else { return nil }
            return newest.totals
        }
        guard packed.start(of: tail) < start else { return nil }
        return keepsHistograms ? packed.totals(of: tail) : packed.counts(of: tail)
    }

    private mutating func findExtremes(_ place: Int) {
        var duration = Extremes()
        var ttfb = Extremes()
        for cell in min(rolling[place].tail, packed.count)..<packed.count {
            let cell = packed.extremes(of: cell)
            duration.join(cell.duration)
            ttfb.join(cell.ttfb)
        }
        if let newest, rolling[place].tail <= packed.count {
            duration.join(newest.totals.duration)
            ttfb.join(newest.totals.ttfb)
        }
        rolling[place].totals.duration.resetExtremes(minimum: duration.minimum, maximum: duration.maximum)
        rolling[place].totals.ttfb.resetExtremes(minimum: ttfb.minimum, maximum: ttfb.maximum)
    }
}
