import VenusCore

/// The counts and sums of a step's cells, in two flat arrays: what every call adds to lies within one line of the cache,
/// its phases and bytes in others.
///
/// Bound: counts have 32 bits; a step is committed long before it holds so many calls.
struct CellSums: Sendable {
    /// ``Hot/stride`` numbers a cell.
    private var hot: [UInt64] = []
    /// ``Rest/stride`` numbers a cell.
    private var rest: [UInt64] = []
    /// How many cells there are; the arrays may have room for more, all zero.
    private var count = 0

    /// Places of what every call adds to.
    private enum Hot {
        /// Outcomes, two of 32 bits each: that with an even code in the lower half. The last half is that of `estimated`.
        static let outcomes = 0
        static let estimated = 7
        static let duration = 4
        static let tunnels = 7
        static let stride = 8
    }

    /// Places of the rest. Phases with even numbers stand in the first four, those with odd ones in the next; their counts,
    /// two of 32 bits each, behind them.
    private enum Rest {
        static let bytesSent = 3
        static let bytesReceived = 7
        static let phaseCounts = 8
        static let ttfb = 12
        static let wouldBeDenied = 15
        static let linkLocal = 11
        static let stride = 16

        static func phase(_ phase: Int) -> Int { (phase & 1) * 4 + phase / 2 }
    }

    /// Begins a further cell; its number is the count of those before it.
    mutating func addCell() {
        if (count + 1) * Hot.stride > hot.count {
            let more = max(64, count)
            hot.append(contentsOf: [UInt64](repeating: 0, count: more * Hot.stride))
            rest.append(contentsOf: [UInt64](repeating: 0, count: more * Rest.stride))
        }
        hot[count * Hot.stride + Hot.duration + 1] = .max
        rest[count * Rest.stride + Rest.ttfb + 1] = .max
        count += 1
    }

    mutating func removeAll() {
        for place in 0..<count * Hot.stride { hot[place] = 0 }
        for place in 0..<count * Rest.stride { rest[place] = 0 }
        count = 0
    }

    // MARK: Adding columns

    /// Counts outcomes, and adds up durations in microseconds, and their extremes.
    ///
    /// - Parameters:
    ///   - counted: the cell that counts each call.
    ///   - timed: the cell that its duration belongs to.
    mutating func add(
        outcomes: Span<UInt8>, to counted: Span<UInt32>, durations: Span<UInt32>, to timed: Span<UInt32>
    ) {
        let count = UInt32(count)
        hot.withUnsafeMutableBufferPointer { hot in
            for place in 0..<counted.count {
                let outcome = outcomes[place]
                // Both cells are ours, and an outcome's code is below 8: the places are within the cells' own numbers.
                precondition(counted[place] < count && timed[place] < count && outcome < 8, "a cell that was begun")
                hot[Int(counted[place]) &* Hot.stride &+ Int(outcome >> 1)] &+= 1 &<< (UInt64(outcome & 1) &<< 5)
                let base = Int(timed[place]) &* Hot.stride &+ Hot.duration
                let time = UInt64(durations[place])
                hot[base] &+= time
                hot[base &+ 1] = min(hot[base &+ 1], time)
                hot[base &+ 2] = max(hot[base &+ 2], time)
            }
        }
    }

    /// Adds up times to the first byte, in microseconds, and their extremes.
    mutating func add(ttfbs: Span<UInt32>, to timed: Span<UInt32>) {
        var rest = self.rest.mutableSpan
        for place in 0..<timed.count {
            let base = Int(timed[place]) &* Rest.stride &+ Rest.ttfb
            let time = UInt64(ttfbs[place])
            rest[base] &+= time
            rest[base &+ 1] = min(rest[base &+ 1], time)
            rest[base &+ 2] = max(rest[base &+ 2], time)
        }
    }

    mutating func addBytes(sent: Span<UInt64>, received: Span<UInt64>, to cells: Span<UInt32>) {
        var rest = self.rest.mutableSpan
        for place in 0..<cells.count {
            let base = Int(cells[place]) &* Rest.stride
            rest[base &+ Rest.bytesSent] &+= sent[place]
            rest[base &+ Rest.bytesReceived] &+= received[place]
        }
    }

    /// Adds all phases of a call at once; those that are unknown add nothing.
    mutating func addPhases(_ phases: Span<CallColumns.PhaseTimes>, to cells: Span<UInt32>) {
        let count = count
        rest.withUnsafeMutableBytes { rest in
            for place in 0..<cells.count {
                let cell = Int(cells[place])
                // The cell is one of ours, and the offsets below stay within its own numbers.
                precondition(cell < count, "a cell that was begun")
                let offset = cell &* Rest.stride &* 8
                let times = phases[place]
                let isKnown = times .!= CallColumns.PhaseTimes(repeating: CallColumns.unknownPhase)
                let pairs = unsafeBitCast(times.replacing(with: 0, where: .!isKnown), to: SIMD4<UInt64>.self)
                let even = rest.loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt64>.self)
                rest.storeBytes(of: even &+ (pairs & 0xFFFF_FFFF), toByteOffset: offset, as: SIMD4<UInt64>.self)
                let odd = rest.loadUnaligned(fromByteOffset: offset &+ 32, as: SIMD4<UInt64>.self)
                rest.storeBytes(of: odd &+ (pairs &>> 32), toByteOffset: offset &+ 32, as: SIMD4<UInt64>.self)
                let countOffset = offset &+ Rest.phaseCounts &* 8
                let counts = rest.loadUnaligned(fromByteOffset: countOffset, as: SIMD8<UInt32>.self)
                let one = SIMD8<UInt32>.zero.replacing(with: 1, where: isKnown)
                rest.storeBytes(of: counts &+ one, toByteOffset: countOffset, as: SIMD8<UInt32>.self)
            }
        }
    }

    /// Counts what the flags say.
    mutating func addFlags(_ flags: Span<UInt16>, outcomes: Span<UInt8>, to cells: Span<UInt32>) {
        for place in 0..<cells.count {
            let cell = Int(cells[place])
            let flags = CallFlags(rawValue: flags[place])
            if flags.contains(.estimated) { hot[cell * Hot.stride + Hot.estimated / 2] &+= 1 << 32 }
            if !flags.isDisjoint(with: .transportOnly), OutcomeSet.isKnown.contains(code: outcomes[place]) {
                hot[cell * Hot.stride + Hot.tunnels] &+= 1
            }
            if flags.contains(.wouldBeDenied) { rest[cell * Rest.stride + Rest.wouldBeDenied] &+= 1 }
            if flags.contains(.linkLocal) { rest[cell * Rest.stride + Rest.linkLocal] &+= 1 }
        }
    }

    // MARK: Reading

    func count(of outcome: Outcome, in cell: Int) -> UInt64 { half(hot, cell * Hot.stride * 2 + Int(outcome.rawValue)) }

    /// Sum and extremes in microseconds; the extremes are meaningless where there is no time.
    struct Times {
        var sum: UInt64
        var minimum: UInt32
        var maximum: UInt32

        /// Extremes come from 32 bits, but for the minimum of nothing.
        fileprivate init(_ numbers: [UInt64], _ place: Int) {
            sum = numbers[place]
            minimum = UInt32(truncatingIfNeeded: numbers[place + 1])
            maximum = UInt32(truncatingIfNeeded: numbers[place + 2])
        }
    }

    func durations(of cell: Int) -> Times { Times(hot, cell * Hot.stride + Hot.duration) }
    func ttfbs(of cell: Int) -> Times { Times(rest, cell * Rest.stride + Rest.ttfb) }

    /// All of a cell but its histograms.
    func totals(of cell: Int) -> KPITotals {
        let base = cell * Rest.stride
        var totals = KPITotals()
        totals.success = count(of: .success, in: cell)
        totals.clientError = count(of: .clientError, in: cell)
        totals.serverError = count(of: .serverError, in: cell)
        totals.transportError = count(of: .transportError, in: cell)
        totals.unknown = count(of: .unknown, in: cell)
        totals.cancelled = count(of: .cancelled, in: cell)
        totals.denied = count(of: .denied, in: cell)
        totals.wouldBeDenied = rest[base + Rest.wouldBeDenied]
        totals.linkLocal = rest[base + Rest.linkLocal]
        totals.estimated = half(hot, cell * Hot.stride * 2 + Hot.estimated)
        totals.tunnels = hot[cell * Hot.stride + Hot.tunnels]
        totals.bytesSent = rest[base + Rest.bytesSent]
        totals.bytesReceived = rest[base + Rest.bytesReceived]
        for phase in totals.phases.indices {
            totals.phases[phase].sum = rest[base + Rest.phase(phase)]
            totals.phases[phase].count = half(rest, (base + Rest.phaseCounts) * 2 + phase)
        }
        return totals
    }

    /// One of the counts of 32 bits that share a number.
    private func half(_ numbers: [UInt64], _ place: Int) -> UInt64 {
        numbers[place >> 1] >> (UInt64(place & 1) << 5) & 0xFFFF_FFFF
    }
}
