package import VenusCore
package import VenusStore

/// The windows of a shard's service instances. A block holds the calls of one, so that they are added up beside the
/// cells of operations, which know nothing of instances, and by less work.
///
/// Of instances nothing is stored but the cells in checkpoints: a new owner of the shard knows the last quarter of an
/// hour (``coveredSince``).
///
/// Bounds: those of ``InstanceTable`` and, for each instance that has calls, of ``WindowTable`` with histograms at
/// hand; and between two ticks eight bytes a call at most.
package struct InstanceWindows: Sendable {
    /// Since when the windows are complete, in seconds.
    package let coveredSince: Int64
    private var table: InstanceTable
    private var step = StepCells()
    private var windows: WindowTable

    /// - Parameters:
    ///   - cells: what checkpoints say.
    ///   - limit: most instances.
    ///   - now: seconds since the epoch.
    package init(recovering cells: [InstanceCell] = [], coveredSince: Int64, limit: Int, now: Int64) {
        self.coveredSince = coveredSince
        table = InstanceTable(limit: limit)
        windows = WindowTable(now: now)
        for cell in cells { windows.enter(cell.totals, of: table.number(of: cell.key), at: cell.second) }
    }

    /// Cells that are not yet part of the windows.
    package var stepCells: Int { step.cellCount }

    /// Adds a block's calls from place `start` on.
    package mutating func fold(
        _ columns: CallColumns, from start: Int, t0: Int64, of key: InstanceKey, times: StepCells.Times
    ) {
        step.fold(columns, from: start, t0: t0, key: table.number(of: key), times: times)
    }

    /// Moves the windows on, and returns the cells that a checkpoint must hold.
    ///
    /// - Parameter now: seconds since the epoch.
    package mutating func tick(now: Int64) -> [InstanceCell] {
        let oldest = now - Window.minutes15.seconds
        var cells: [InstanceCell] = []
        // Taken out and put back, so that it has one owner and is emptied in place.
        var step = StepCells()
        swap(&step, &self.step)
        step.drain { second, number, totals in
            if second >= oldest { cells.append(InstanceCell(second: second, key: table[number], totals: totals)) }
            windows.enter(totals, of: number, at: second)
        }
        swap(&step, &self.step)
        windows.advance(to: now)
        table.removeAll { windows.holds($0) }
        return cells
    }

    /// All instances that had a call within the last hour, as of the last tick, sorted by key.
    package var series: [InstanceSeries] {
        var series: [InstanceSeries] = []
        for (number, key) in table.inUse {
            guard let windows = windows[number] else { continue }
            series.append(InstanceSeries(key: key, windows: windows.totals))
        }
        return series.sorted { $0.key < $1.key }
    }
}
