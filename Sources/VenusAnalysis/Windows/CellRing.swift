package import VenusCore

/// The cells of one series at one resolution, oldest first, with the running totals of the windows that are made of
/// them. Only cells that hold calls are there: at most one for each cell of the longest window, and those ahead of our
/// clock (``StepCells/maximumAheadSeconds``).
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
    private var packed: [PackedCell] = []
    /// The newest cell, whose place is behind the packed ones: calls still come into it, so it is not packed.
    private var newest: (start: Int64, totals: KPITotals)?

    /// - Parameter windows: of the same cell length, shortest first.
    package init(_ windows: [Window], now: Int64) {
        precondition(Set(windows.map(\.cellSeconds)).count == 1, "windows of one ring have cells of one length")
        cellSeconds = windows[0].cellSeconds
        rolling = windows.map { Rolling(window: $0) }
        for place in rolling.indices { rolling[place].start = firstCell(of: rolling[place].window, at: now) }
    }

    package var isEmpty: Bool { newest == nil }

    /// The running totals, at the place of each window in `init`'s list.
    package var totals: [KPITotals] { rolling.map(\.totals) }
    package func totals(at place: Int) -> KPITotals { rolling[place].totals }

    /// Moves every window on to `now`: costs the cells that leave. Time never runs backwards here: an earlier `now`
    /// changes nothing.
    package mutating func advance(to now: Int64) {
        for place in rolling.indices { move(place, to: firstCell(of: rolling[place].window, at: now)) }
        let gone = rolling[rolling.count - 1].tail
        guard gone > 0 else { return }
        if gone > packed.count {
            packed.removeAll()
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
        for place in rolling.indices where start >= rolling[place].start { rolling[place].totals.merge(totals) }
        guard let newestStart = newest?.start, start <= newestStart else {
            if let newest { packed.append(PackedCell(start: newest.start, totals: newest.totals)) }
            newest = (start, totals)
            // A window that has moved past this cell has moved past those before it.
            for place in rolling.indices where start < rolling[place].start { rolling[place].tail = packed.count + 1 }
            return
        }
        if start == newestStart { newest?.totals.merge(totals) } else { enterLate(totals, start: start) }
    }

    private mutating func enterLate(_ totals: KPITotals, start: Int64) {
        var place = packed.count
        while place > 0, packed[place - 1].start >= start { place -= 1 }
        if place < packed.count, packed[place].start == start {
            var merged = packed[place].totals
            merged.merge(totals)
            packed[place] = PackedCell(start: start, totals: merged)
            return
        }
        packed.insert(PackedCell(start: start, totals: totals), at: place)
        for window in rolling.indices where start < rolling[window].start { rolling[window].tail += 1 }
    }

    private func firstCell(of window: Window, at now: Int64) -> Int64 {
        (now + cellSeconds - 1) / cellSeconds * cellSeconds - window.seconds
    }

    private mutating func move(_ place: Int, to start: Int64) {
        guard start > rolling[place].start else { return }
        rolling[place].start = start
        var durationMayChange = false
        var ttfbMayChange = false
        while rolling[place].tail <= packed.count {
            let tail = rolling[place].tail
            let leaving: KPITotals
            if tail < packed.count {
                guard packed[tail].start < start else { break }
                leaving = packed[tail].totals
            } else {
                guard let newest, newest.start < start else { break }
                leaving = newest.totals
            }
            if Extremes.mayChange(rolling[place].totals.duration, without: Extremes(leaving.duration)) {
                durationMayChange = true
            }
            if Extremes.mayChange(rolling[place].totals.ttfb, without: Extremes(leaving.ttfb)) { ttfbMayChange = true }
            rolling[place].totals.subtract(leaving)
            rolling[place].tail += 1
        }
        if rolling[place].totals.isEmpty {
            rolling[place].totals = KPITotals()
        } else if durationMayChange || ttfbMayChange {
            findExtremes(place)
        }
    }

    private mutating func findExtremes(_ place: Int) {
        var duration = Extremes()
        var ttfb = Extremes()
        for cell in packed[min(rolling[place].tail, packed.count)...] {
            duration.join(cell.duration)
            ttfb.join(cell.ttfb)
        }
        if let newest, rolling[place].tail <= packed.count {
            duration.join(Extremes(newest.totals.duration))
            ttfb.join(Extremes(newest.totals.ttfb))
        }
        rolling[place].totals.duration.resetExtremes(minimum: duration.minimum, maximum: duration.maximum)
        rolling[place].totals.ttfb.resetExtremes(minimum: ttfb.minimum, maximum: ttfb.maximum)
    }
}
