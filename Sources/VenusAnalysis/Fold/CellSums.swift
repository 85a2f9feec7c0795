import VenusCore

/// The counts and sums of a step's cells, in two flat arrays: the outcomes, which every call adds to, lie close together,
/// so that those of many cells stay in the cache; the rest does not get in between.
///
/// Bound: counts have 32 bits; a step is committed long before it holds so many calls.
struct CellSums: Sendable {
    /// ``countsPerCell`` numbers a cell: those of the outcomes by their codes, and of `estimated`.
    private var counts: [UInt32] = []
    /// ``Rest/stride`` numbers a cell.
    private var rest: [UInt64] = []
    /// How many cells there are; the arrays may have room for more, all zero.
    private var count = 0

    private static let countsPerCell = 8
    private static let estimated = 7

    /// Places of the rest. Phases with even numbers stand in the first four, those with odd ones in the next; their counts,
    /// two of 32 bits each, behind them.
    private enum Rest {
        static let bytesSent = 3
        static let bytesReceived = 7
        static let phaseCounts = 8
        static let linkLocal = 11
        static let tunnels = 12
        static let wouldBeDenied = 13
        static let stride = 16

        static func phase(_ phase: Int) -> Int { (phase & 1) * 4 + phase / 2 }
    }

    /// Begins a further cell; its number is the count of those before it.
    mutating func addCell() {
        if (count + 1) * Self.countsPerCell > counts.count {
            let more = max(64, count)
            counts.append(contentsOf: repeatElement(0, count: more * Self.countsPerCell))
            rest.append(contentsOf: repeatElement(0, count: more * Rest.stride))
        }
        count += 1
    }

    mutating func removeAll() {
        counts.withUnsafeMutableBufferPointer { $0[..<(count * Self.countsPerCell)].update(repeating: 0) }
        rest.withUnsafeMutableBufferPointer { $0[..<(count * Rest.stride)].update(repeating: 0) }
        count = 0
    }

    // MARK: Adding columns

    /// Counts outcomes.
    mutating func add(outcomes: Span<UInt8>, to cells: Span<UInt32>) {
        let count = UInt32(count)
        var bits: UInt8 = 0
        for place in 0..<outcomes.count { bits |= outcomes[place] }
        precondition(bits < Self.countsPerCell && outcomes.count == cells.count, "codes that an outcome has")
        counts.withUnsafeMutableBufferPointer { counts in
            outcomes.withUnsafeBufferPointer { outcomes in
                for place in outcomes.indices {
                    let cell = cells[place]
                    precondition(cell < count, "a cell that was begun")
                    // The cell is one of ours, and the code one of its own counts.
                    counts[Int(cell) &* Self.countsPerCell &+ Int(outcomes[place])] &+= 1
                }
            }
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
            if flags.contains(.estimated) { counts[cell * Self.countsPerCell + Self.estimated] &+= 1 }
            if !flags.isDisjoint(with: .transportOnly), OutcomeSet.isKnown.contains(code: outcomes[place]) {
                rest[cell * Rest.stride + Rest.tunnels] &+= 1
            }
            if flags.contains(.wouldBeDenied) { rest[cell * Rest.stride + Rest.wouldBeDenied] &+= 1 }
            if flags.contains(.linkLocal) { rest[cell * Rest.stride + Rest.linkLocal] &+= 1 }
        }
    }

    // MARK: Reading

    func count(of outcome: Outcome, in cell: Int) -> UInt64 {
        UInt64(counts[cell * Self.countsPerCell + Int(outcome.rawValue)])
    }

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
        totals.estimated = UInt64(counts[cell * Self.countsPerCell + Self.estimated])
        totals.tunnels = rest[base + Rest.tunnels]
        totals.bytesSent = rest[base + Rest.bytesSent]
        totals.bytesReceived = rest[base + Rest.bytesReceived]
        for phase in totals.phases.indices {
            totals.phases[phase].sum = rest[base + Rest.phase(phase)]
            let pair = rest[base + Rest.phaseCounts + phase >> 1]
            totals.phases[phase].count = pair >> (UInt64(phase & 1) << 5) & 0xFFFF_FFFF
        }
        return totals
    }
}
