package import VenusCore

/// The calls since the last commit, and the bytes of connections, added up by operation and second, in flat arrays: per
/// call no look-up by name, no allocation and no copy.
///
/// Bounds: the owner commits, which empties it, once it holds ``AnalyzerConfiguration/maximumStepCalls`` calls or
/// ``AnalyzerConfiguration/maximumStepCells`` cells.
package struct StepCells: Sendable {
    /// A call that says that it ended this much after its entry was appended has a clock that is wrong.
    package static let maximumSkewMicroseconds: Int64 = 2_000_000
    /// No call is booked further ahead of our own clock than this.
    package static let maximumAheadSeconds: Int64 = 60
    /// Calls that ended longer ago than this are refused: their producer's mark may be gone already.
    package static let maximumAgeSeconds: Int64 = 8 * 86_400

    private struct CellName: Hashable {
        var second: Int64
        var key: Int32
    }

    private var places: [CellName: Int] = [:]
    private var names: [CellName] = []
    /// ``Column/count`` numbers a cell.
    private var numbers: [UInt64] = []
    private var durations = BucketArena()
    private var ttfbs = BucketArena()
    /// Cell of each of the block's operations in the second that was folded last; -1 where it has none yet.
    private var cellOfOperation: [Int] = []
    package private(set) var calls = 0

    package init() {}

    package var isEmpty: Bool { names.isEmpty }
    package var cellCount: Int { names.count }

    /// When a block was appended, and when it is read.
    package struct Times: Sendable {
        /// Milliseconds of the log's clock: the time of the entry's id.
        package var appendedAt: Int64
        /// Seconds of our own clock.
        package var nowSeconds: Int64

        package init(appendedAt: Int64, nowSeconds: Int64) {
            self.appendedAt = appendedAt
            self.nowSeconds = nowSeconds
        }
    }

    /// Adds the calls from place `start` on; returns how many were refused for their age.
    ///
    /// - Parameter keys: the key of each of the block's operations.
    package mutating func fold(
        _ columns: CallColumns, from start: Int, t0: Int64, keys: [Int32], times: Times
    ) -> Int {
        let (appendedAt, overflow) = times.appendedAt.multipliedReportingOverflow(by: 1_000)
        let appended = overflow ? Int64.max - Self.maximumSkewMicroseconds : appendedAt
        let latestEnd = appended + Self.maximumSkewMicroseconds
        let latestSecond = times.nowSeconds + Self.maximumAheadSeconds
        let earliestSecond = times.nowSeconds - Self.maximumAgeSeconds
        var refused = 0
        var current = Int64.min
        for place in start..<columns.count {
            let end = t0 + columns.ends[place]
            var second = (end > latestEnd ? appended : end) / 1_000_000
            if second > latestSecond { second = times.nowSeconds }
            guard second >= earliestSecond else {
                refused += 1
                continue
            }
            if second != current {
                current = second
                cellOfOperation.removeAll(keepingCapacity: true)
                cellOfOperation.append(contentsOf: repeatElement(-1, count: keys.count))
            }
            let operation = Int(columns.operations[place])
            var cell = cellOfOperation[operation]
            if cell < 0 {
                cell = self.cell(of: CellName(second: second, key: keys[operation]))
                cellOfOperation[operation] = cell
            }
            add(columns, place, to: cell)
        }
        calls += columns.count - start - refused
        return refused
    }

    /// The cells, ordered by second; empty afterwards.
    package mutating func drain(_ use: (_ second: Int64, _ key: Int32, _ totals: KPITotals) -> Void) {
        for cell in names.indices.sorted(by: { names[$0].second < names[$1].second }) {
            use(names[cell].second, names[cell].key, totals(of: cell))
        }
        removeAll()
    }

    private mutating func removeAll() {
        places.removeAll(keepingCapacity: true)
        names.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        durations.removeAll()
        ttfbs.removeAll()
        calls = 0
    }

    private mutating func cell(of name: CellName) -> Int {
        if let cell = places[name] { return cell }
        let cell = names.count
        places[name] = cell
        names.append(name)
        numbers.append(contentsOf: repeatElement(0, count: Column.count))
        numbers[cell * Column.count + Column.durationMinimum] = .max
        numbers[cell * Column.count + Column.ttfbMinimum] = .max
        durations.addHistogram()
        ttfbs.addHistogram()
        return cell
    }

    @inline(__always)
    private mutating func add(_ columns: CallColumns, _ place: Int, to cell: Int) {
        let base = cell * Column.count
        let outcome = Int(columns.outcomes[place])
        let flags = columns.flags[place]
        numbers[base + Column.bytesSent] &+= columns.bytesSent[place]
        numbers[base + Column.bytesReceived] &+= columns.bytesReceived[place]
        if flags & CallFlags.activity.rawValue != 0 { return }
        numbers[base + outcome] &+= 1
        numbers[base + Column.estimated] &+= UInt64(flags & CallFlags.estimated.rawValue)
        if flags & CallFlags.ofPolicy.rawValue != 0 {
            numbers[base + Column.wouldBeDenied] &+= flags & CallFlags.wouldBeDenied.rawValue != 0 ? 1 : 0
            numbers[base + Column.linkLocal] &+= flags & CallFlags.linkLocal.rawValue != 0 ? 1 : 0
        }
        if flags & CallFlags.transportOnly.rawValue != 0, Self.isKnown[outcome] {
            numbers[base + Column.tunnels] &+= 1
        }
        let firstPhase = place * CallColumns.phasesPerCall
        for phase in 0..<CallColumns.phasesPerCall {
            let time = columns.phases[firstPhase + phase]
            if time == CallColumns.unknownPhase { continue }
            numbers[base + Column.phases + 2 * phase] &+= UInt64(time)
            numbers[base + Column.phases + 2 * phase + 1] &+= 1
        }
        guard flags & CallFlags.tunnel.rawValue == 0, Self.hasResponse[outcome] else { return }
        if outcome == Int(Outcome.unknown.rawValue), columns.errorTypes[place] != 0 { return }
        let duration = columns.durations[place]
        addTime(duration, at: base + Column.durationSum)
        durations.record(duration, in: cell)
        let ttfb = columns.phases[firstPhase + Phase.ttfb.rawValue]
        guard ttfb != CallColumns.unknownPhase else { return }
        addTime(ttfb, at: base + Column.ttfbSum)
        ttfbs.record(ttfb, in: cell)
    }

    /// Sum, minimum and maximum stand side by side.
    @inline(__always)
    private mutating func addTime(_ time: UInt32, at place: Int) {
        let time = UInt64(time)
        numbers[place] &+= time
        if time < numbers[place + 1] { numbers[place + 1] = time }
        if time > numbers[place + 2] { numbers[place + 2] = time }
    }

    private func totals(of cell: Int) -> KPITotals {
        let base = cell * Column.count
        var totals = KPITotals()
        totals.success = numbers[base + Int(Outcome.success.rawValue)]
        totals.clientError = numbers[base + Int(Outcome.clientError.rawValue)]
        totals.serverError = numbers[base + Int(Outcome.serverError.rawValue)]
        totals.transportError = numbers[base + Int(Outcome.transportError.rawValue)]
        totals.unknown = numbers[base + Int(Outcome.unknown.rawValue)]
        totals.cancelled = numbers[base + Int(Outcome.cancelled.rawValue)]
        totals.denied = numbers[base + Int(Outcome.denied.rawValue)]
        totals.wouldBeDenied = numbers[base + Column.wouldBeDenied]
        totals.linkLocal = numbers[base + Column.linkLocal]
        totals.estimated = numbers[base + Column.estimated]
        totals.tunnels = numbers[base + Column.tunnels]
        totals.bytesSent = numbers[base + Column.bytesSent]
        totals.bytesReceived = numbers[base + Column.bytesReceived]
        for phase in totals.phases.indices {
            totals.phases[phase].sum = numbers[base + Column.phases + 2 * phase]
            totals.phases[phase].count = numbers[base + Column.phases + 2 * phase + 1]
        }
        totals.duration = histogram(durations, of: cell, at: base + Column.durationSum)
        totals.ttfb = histogram(ttfbs, of: cell, at: base + Column.ttfbSum)
        return totals
    }

    private func histogram(_ arena: BucketArena, of cell: Int, at place: Int) -> LatencyHistogram {
        // Both extremes are of 32 bits, but for the minimum of a histogram that holds nothing.
        arena.histogram(
            cell, sum: numbers[place], minimum: UInt32(truncatingIfNeeded: numbers[place + 1]),
            maximum: UInt32(truncatingIfNeeded: numbers[place + 2]))
    }

    /// At the place of each outcome: ``Call/hasResponseTime`` of a call that is no tunnel and has no error type.
    private static let hasResponse = byOutcome { outcome in
        Call(operation: 0, start: 0, duration: 0, outcome: outcome).hasResponseTime
    }
    private static let isKnown = byOutcome(\.isKnown)

    private static func byOutcome(_ holds: (Outcome) -> Bool) -> [Bool] {
        var table = [Bool](repeating: false, count: Int(Outcome.allCases.map(\.rawValue).max() ?? 0) + 1)
        for outcome in Outcome.allCases { table[Int(outcome.rawValue)] = holds(outcome) }
        return table
    }

    /// Places of a cell's numbers. The outcomes' counts come first, each at its code.
    private enum Column {
        static let estimated = 8
        static let tunnels = 9
        static let bytesSent = 10
        static let bytesReceived = 11
        static let phases = 12
        static let durationSum = 24
        static let durationMinimum = 25
        static let ttfbSum = 27
        static let ttfbMinimum = 28
        static let wouldBeDenied = 30
        static let linkLocal = 31
        static let count = 32
    }
}
