import VenusCore

extension StepCells {
    /// Adds the calls from place `start` on, whatever their operations, to one key: the same as with this key for each
    /// operation, by less work. What is refused for its age counts nowhere.
    ///
    /// - Parameter key: not below 0.
    package mutating func fold(_ columns: CallColumns, from start: Int, t0: Int64, key: Int32, times: Times) {
        let seconds = BlockSeconds(t0: t0, times)
        let ends = columns.ends.span
        let areAlike = Self.areAlike(columns)
        var place = start
        while place < columns.count {
            let (count, second) = seconds.run(ends.extracting(place..<columns.count), mayBeAll: place == start)
            let run = place..<place + count
            place += count
            guard let second else { continue }
            let cell = cell(of: key, second: second)
            if areAlike { add(columns, run, to: cell) } else { addEach(columns, run, to: cell) }
            calls += count
        }
    }

    private mutating func cell(of key: Int32, second: Int64) -> UInt32 {
        if !directory.holds(key) { directory.reserve(keys: Int(key) + 1) }
        let page = directory.page(of: second)
        if let cell = directory.cell(of: key, in: page) { return cell }
        let cell = UInt32(names.count)
        names.append(CellName(second: second, key: key))
        directory.enter(cell, of: key, in: page)
        makeRoom()
        return cell
    }

    /// Whether all calls count, have a response time, and no flag that is counted.
    private static func areAlike(_ columns: CallColumns) -> Bool {
        columns.flagsOfAny.isDisjoint(with: countedFlags.union([.tunnel, .activity]))
            && OutcomeSet.timed.isSuperset(of: columns.outcomesOfAny)
    }

    private mutating func add(_ columns: CallColumns, _ range: Range<Int>, to cell: UInt32) {
        sums.add(timedOutcomes: columns.outcomes.span.extracting(range), to: cell)
        for place in columns.failed(in: range) { statuses.add(columns.statuses[Int(place)], to: cell) }
        durations.append(columns.durations.span.extracting(range), cell: cell)
        if columns.haveBytes {
            sums.addBytes(
                sent: columns.bytesSent.span.extracting(range), received: columns.bytesReceived.span.extracting(range),
                to: cell)
        }
        guard columns.havePhases else { return }
        sums.addPhases(columns.phases.span.extracting(range), to: cell)
        var times: [UInt32] = []
        swap(&times, &scratch.ttfbs)
        Self.resize(&times, to: range.count)
        let known = Self.gatherTTFBs(columns.phases.span.extracting(range), into: &times)
        ttfbs.append(times.span.extracting(0..<known), cell: cell)
        swap(&times, &scratch.ttfbs)
    }

    /// Writes those that are known one behind the other; returns how many they are.
    private static func gatherTTFBs(_ phases: Span<CallColumns.PhaseTimes>, into ttfbs: inout [UInt32]) -> Int {
        var times = ttfbs.mutableSpan
        var known = 0
        for place in 0..<phases.count {
            let time = phases[place][Phase.ttfb.rawValue]
            times[known] = time
            known &+= time == CallColumns.unknownPhase ? 0 : 1
        }
        return known
    }

    private mutating func addEach(_ columns: CallColumns, _ range: Range<Int>, to cell: UInt32) {
        var scratch = Scratch()
        swap(&scratch, &self.scratch)
        defer { swap(&scratch, &self.scratch) }
        Self.resize(&scratch.cells, to: range.count)
        for place in scratch.cells.indices { scratch.cells[place] = cell }
        add(columns, range, &scratch)
    }
}
