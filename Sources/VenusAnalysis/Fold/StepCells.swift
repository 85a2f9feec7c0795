import CLinux
package import VenusCore

/// The calls since the last commit, and the bytes of connections, added up by operation and second, in flat arrays: per
/// call no look-up by name, no allocation and no copy. A block is folded column by column.
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

    struct CellName {
        var second: Int64
        var key: Int32
    }

    /// Cell 0 is nobody's: what counts nowhere is added to it, so that no column needs a branch for it.
    var names: [CellName] = []
    var directory = CellDirectory()
    var sums = CellSums()
    var statuses = CellStatuses()
    var durations = TimeChunks()
    var ttfbs = TimeChunks()
    /// Of the cells, once they are closed.
    private var durationHistograms = CellHistograms()
    private var ttfbHistograms = CellHistograms()
    var scratch = Scratch()
    package internal(set) var calls = 0

    /// Columns that a block's calls get while they are folded; kept so that no block allocates.
    struct Scratch {
        /// The cell of each call, and of an activity that of its bytes; 0 where it is refused.
        var cells: [UInt32] = []
        /// The same, or 0 where it is no call. Used where that differs.
        var counted: [UInt32] = []
        /// The same, or 0 where the duration is no response time. Used where that differs.
        var timed: [UInt32] = []
        var ttfbs: [UInt32] = []
        /// The same as `timed`, or 0 where the time to the first byte is not known.
        var ttfbTimed: [UInt32] = []
    }

    package init() { addNobody() }

    package var isEmpty: Bool { names.count == 1 }
    package var cellCount: Int { names.count - 1 }

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

    // MARK: Folding

    /// Adds the calls from place `start` on; returns how many were refused for their age.
    ///
    /// - Parameter keys: the key of each of the block's operations, none below 0.
    package mutating func fold(
        _ columns: CallColumns, from start: Int, t0: Int64, keys: [Int32], times: Times
    ) -> Int {
        guard start < columns.count else { return 0 }
        var scratch = Scratch()
        swap(&scratch, &self.scratch)
        defer { swap(&scratch, &self.scratch) }
        Self.fetch(columns, start..<min(start + Self.callsPerPiece, columns.count))
        var refused = 0
        for lower in stride(from: start, to: columns.count, by: Self.callsPerPiece) {
            let piece = lower..<min(lower + Self.callsPerPiece, columns.count)
            Self.fetch(columns, piece.upperBound..<min(piece.upperBound + Self.callsPerPiece, columns.count))
            refused += fold(columns, piece, t0: t0, keys: keys, times: times, &scratch)
        }
        return refused
    }

    /// Columns are gone through piece by piece: so all of them are read at the pace of the work, and the processor
    /// fetches what is next in the meantime.
    private static let callsPerPiece = 128

    /// Has what these calls take of the columns fetched into the cache while other work goes on.
    private static func fetch(_ columns: CallColumns, _ range: Range<Int>) {
        fetch(columns.ends.span.extracting(range))
        fetch(columns.durations.span.extracting(range))
        fetch(columns.operations.span.extracting(range))
        fetch(columns.outcomes.span.extracting(range))
    }

    @inline(__always)
    private static func fetch<Element: BitwiseCopyable>(_ column: Span<Element>) {
        column.withUnsafeBytes { clinux_prefetch($0.baseAddress, $0.count) }
    }

    private mutating func fold(
        _ columns: CallColumns, _ range: Range<Int>, t0: Int64, keys: [Int32], times: Times, _ scratch: inout Scratch
    ) -> Int {
        let refused = findCells(columns, range, t0: t0, keys: keys, times: times, into: &scratch.cells)
        add(columns, range, &scratch)
        calls += range.count - refused
        return refused
    }

    /// Adds these calls to the cells that were found for them.
    mutating func add(_ columns: CallColumns, _ range: Range<Int>, _ scratch: inout Scratch) {
        let (counted, timed, areAll) = Self.select(columns, range, &scratch)
        let outcomes = columns.outcomes.span.extracting(range)
        if areAll {
            sums.add(timedOutcomes: outcomes, to: timed.span)
        } else {
            sums.add(outcomes: outcomes, to: counted.span, timed: timed.span)
        }
        for place in columns.failed(in: range) {
            statuses.add(columns.statuses[Int(place)], to: counted[Int(place) - range.lowerBound])
        }
        durations.append(columns.durations.span.extracting(range), cells: timed.span)
        if !columns.flagsOfAny.isDisjoint(with: Self.countedFlags) {
            sums.addFlags(columns.flags.span.extracting(range), outcomes: outcomes, to: counted.span)
        }
        if columns.haveBytes {
            sums.addBytes(
                sent: columns.bytesSent.span.extracting(range), received: columns.bytesReceived.span.extracting(range),
                to: scratch.cells.span)
        }
        if columns.havePhases {
            sums.addPhases(columns.phases.span.extracting(range), to: counted.span)
            Self.selectTTFBs(columns.phases.span.extracting(range), timed, &scratch)
            ttfbs.append(scratch.ttfbs.span, cells: scratch.ttfbTimed.span)
        }
    }

    /// Finds the cell of every call; 0 for those that are refused, whose number it returns.
    private mutating func findCells(
        _ columns: CallColumns, _ range: Range<Int>, t0: Int64, keys: [Int32], times: Times, into cells: inout [UInt32]
    ) -> Int {
        let seconds = BlockSeconds(t0: t0, times)
        Self.resize(&cells, to: range.count)
        let ends = columns.ends.span
        var refused = 0
        var place = range.lowerBound
        while place < range.upperBound {
            let (count, second) = seconds.run(
                ends.extracting(place..<range.upperBound), mayBeAll: place == range.lowerBound)
            let last = place + count
            defer { place = last }
            let run = place - range.lowerBound..<last - range.lowerBound
            guard let second else {
                for call in run { cells[call] = 0 }
                refused += run.count
                continue
            }
            let page = directory.page(of: second)
            var target = cells.mutableSpan
            let operations = columns.operations.span.extracting(place..<last)
            guard !directory.find(operations, keys: keys.span, in: page, into: &target, from: run.lowerBound) else {
                continue
            }
            addCells(operations, keys: keys, second: second, page: page, to: &target, from: run.lowerBound)
        }
        return refused
    }

    /// Finds the cells that ``CellDirectory/find(_:keys:in:into:from:)`` did not, and begins those that are new.
    private mutating func addCells(
        _ operations: Span<UInt16>, keys: [Int32], second: Int64, page: Int, to cells: inout MutableSpan<UInt32>,
        from first: Int
    ) {
        var page = page
        for place in 0..<operations.count where cells[first + place] >= CellDirectory.maximumCells {
            let key = keys[Int(operations[place])]
            if !directory.holds(key) {
                directory.reserve(keys: Int(keys.max() ?? key) + 1)
                page = directory.page(of: second)
            }
            if let cell = directory.cell(of: key, in: page) {
                cells[first + place] = cell
                continue
            }
            let cell = UInt32(names.count)
            names.append(CellName(second: second, key: key))
            directory.enter(cell, of: key, in: page)
            cells[first + place] = cell
        }
        makeRoom()
    }

    /// Gives every cell its sums.
    mutating func makeRoom() {
        sums.addCells(upTo: names.count)
        durations.addCells(upTo: names.count)
        ttfbs.addCells(upTo: names.count)
    }

    private mutating func addNobody() {
        names.append(CellName(second: .min, key: -1))
        makeRoom()
    }

    /// The cells of the calls that count, and of those whose duration is a response time: 0 in the others' place; and
    /// whether all are both.
    private static func select(
        _ columns: CallColumns, _ range: Range<Int>, _ scratch: inout Scratch
    ) -> (counted: [UInt32], timed: [UInt32], areAll: Bool) {
        let haveConnections = !columns.flagsOfAny.isDisjoint(with: [.tunnel, .activity])
        let haveOthers = !OutcomeSet.timed.isSuperset(of: columns.outcomesOfAny)
        guard haveConnections || haveOthers else { return (scratch.cells, scratch.cells, true) }
        copy(scratch.cells, to: &scratch.timed)
        let lower = range.lowerBound
        if haveOthers {
            for place in range where !OutcomeSet.timed.contains(code: columns.outcomes[place]) {
                let isExchange = columns.outcomes[place] == Outcome.unknown.rawValue && columns.errorTypes[place] == 0
                if !isExchange { scratch.timed[place - lower] = 0 }
            }
        }
        guard haveConnections else { return (scratch.cells, scratch.timed, false) }
        copy(scratch.cells, to: &scratch.counted)
        for place in range {
            let flags = CallFlags(rawValue: columns.flags[place])
            if flags.contains(.activity) { scratch.counted[place - lower] = 0 }
            if !flags.isDisjoint(with: [.tunnel, .activity]) { scratch.timed[place - lower] = 0 }
        }
        return (scratch.counted, scratch.timed, false)
    }

    private static func selectTTFBs(
        _ phases: Span<CallColumns.PhaseTimes>, _ timed: [UInt32], _ scratch: inout Scratch
    ) {
        copy(timed, to: &scratch.ttfbTimed)
        resize(&scratch.ttfbs, to: timed.count)
        var times = scratch.ttfbs.mutableSpan
        for place in 0..<timed.count { times[place] = phases[place][Phase.ttfb.rawValue] }
        for place in 0..<timed.count where phases[place][Phase.ttfb.rawValue] == CallColumns.unknownPhase {
            scratch.ttfbTimed[place] = 0
        }
    }

    static func resize(_ column: inout [UInt32], to count: Int) {
        if column.count > count {
            column.removeLast(column.count - count)
        } else {
            column.append(contentsOf: repeatElement(0, count: count - column.count))
        }
    }

    private static func copy(_ column: [UInt32], to other: inout [UInt32]) {
        other.removeAll(keepingCapacity: true)
        other.append(contentsOf: column)
    }

    static let countedFlags: CallFlags = CallFlags.transportOnly.union(.ofPolicy)

    // MARK: Draining

    /// The cells, ordered by second; empty afterwards.
    package mutating func drain(_ use: (_ second: Int64, _ key: Int32, _ totals: KPITotals) -> Void) {
        for cell in close() { use(cell.second, cell.key, totals(of: cell)) }
        removeAll()
    }

    /// Gives every cell its histogram, and returns the cells ordered by second. Only ``removeAll()`` may follow.
    package mutating func close() -> [FoldedCell] {
        statuses.close()
        durations.count(into: &durationHistograms)
        ttfbs.count(into: &ttfbHistograms)
        var cells: [FoldedCell] = []
        cells.reserveCapacity(cellCount)
        var isOrdered = true
        for cell in 1..<names.count {
            isOrdered = isOrdered && names[cell - 1].second <= names[cell].second
            cells.append(FoldedCell(second: names[cell].second, key: names[cell].key, number: cell))
        }
        if !isOrdered { cells.sort { ($0.second, $0.number) < ($1.second, $1.number) } }
        return cells
    }

    package mutating func removeAll() {
        names.removeAll(keepingCapacity: true)
        sums.removeAll()
        statuses.removeAll()
        directory.removeAll()
        durations.removeAll()
        ttfbs.removeAll()
        calls = 0
        addNobody()
    }

    // MARK: Reading what was closed

    package func totals(of cell: FoldedCell) -> KPITotals {
        var totals = sums.totals(of: cell.number, timed: durationHistograms[cell.number].count)
        totals.statuses = statuses.statuses(of: cell.number)
        totals.duration = durationHistograms.histogram(of: cell.number)
        totals.ttfb = ttfbHistograms.histogram(of: cell.number)
        return totals
    }

    package func count(of outcome: Outcome, in cell: FoldedCell) -> UInt64 {
        sums.count(of: outcome, in: cell.number, timed: durationHistograms[cell.number].count)
    }

    /// How many calls have a response time.
    package func timedCount(of cell: FoldedCell) -> Int { Int(durationHistograms[cell.number].count) }

    /// Sum of the response times in microseconds.
    package func durationSum(of cell: FoldedCell) -> UInt64 { durationHistograms[cell.number].sum }

    /// The response times of nearest rank, as ``LatencyHistogram/quantiles(_:)`` has them, in microseconds.
    ///
    /// - Parameter qs: each 0 … 1, ascending.
    package func durationQuantiles(_ qs: SIMD3<Double>, of cell: FoldedCell) -> SIMD3<Double>? {
        durationHistograms.quantiles(qs, of: cell.number)
    }
}

/// A cell of a ``StepCells`` that was closed: the calls of one operation that ended in one second.
package struct FoldedCell: Sendable {
    package let second: Int64
    package let key: Int32
    fileprivate let number: Int
}
