import VenusCore

/// The counts and sums of a step's cells, in two flat arrays: the counts of each outcome lie close together, so that
/// those of many cells stay in the cache; the rest does not get in between.
///
/// A call that has a response time is taken for a success, which most are: those are counted with their times already,
/// and only the others, and successes without a time, are counted here.
///
/// Bound: counts have 32 bits; a step is committed long before it holds so many calls.
struct CellSums: Sendable {
    /// Of each outcome by its code, and of `estimated`, the counts of all cells, ``room`` of them; that of `success`
    /// less the calls that have a time.
    private var counts: [UInt32] = []
    private var room = 0
    /// ``Rest/stride`` numbers a cell.
    private var rest: [UInt64] = []
    /// How many cells there are; those behind them are all zero.
    private var count = 0
    /// Whether any of the rest is not zero.
    private var hasRest = false

    private static let kinds = 8
    private static let estimated = 7

    /// Places of the rest. Phases with even numbers stand in the first four, those with odd ones in the next; their
    /// counts, two of 32 bits each, behind them.
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

    /// Begins cells up to `count`.
    mutating func addCells(upTo count: Int) {
        if count > room { makeRoom(for: max(64, count, 2 * room)) }
        self.count = max(self.count, count)
    }

    private mutating func makeRoom(for cells: Int) {
        var more = [UInt32](repeating: 0, count: cells * Self.kinds)
        for kind in 0..<Self.kinds {
            for cell in 0..<count { more[kind * cells + cell] = counts[kind * room + cell] }
        }
        counts = more
        rest.append(contentsOf: repeatElement(0, count: (cells - room) * Rest.stride))
        room = cells
    }

    mutating func removeAll() {
        counts.withUnsafeMutableBufferPointer { counts in
            for kind in 0..<Self.kinds { counts[kind * room..<kind * room + count].update(repeating: 0) }
        }
        if hasRest { rest.withUnsafeMutableBufferPointer { $0[..<(count * Rest.stride)].update(repeating: 0) } }
        hasRest = false
        count = 0
    }

    // MARK: Adding columns

    /// Counts outcomes.
    ///
    /// - Parameter timed: the same cells where a call has a response time, 0 where it has none.
    mutating func add(outcomes: Span<UInt8>, to cells: Span<UInt32>, timed: Span<UInt32>) {
        let count = UInt32(count)
        let room = room
        var bits: UInt8 = 0
        for place in 0..<outcomes.count { bits |= outcomes[place] }
        precondition(
            bits < Self.kinds && outcomes.count == cells.count && outcomes.count == timed.count,
            "codes that an outcome has")
        counts.withUnsafeMutableBufferPointer { counts in
            for place in 0..<outcomes.count {
                precondition(cells[place] < count && timed[place] < count, "a cell that was begun")
                // The cells are ours, and the code one of their own counts.
                counts[Int(outcomes[place]) &* room &+ Int(cells[place])] &+= 1
                counts[Int(Self.success) &* room &+ Int(timed[place])] &-= 1
            }
        }
    }

    /// Counts outcomes of calls that all have a response time.
    mutating func add(timedOutcomes outcomes: Span<UInt8>, to cells: Span<UInt32>) {
        precondition(outcomes.count == cells.count, "every outcome has a cell")
        outcomes.withUnsafeBytes { outcomes in
            var place = 0
            // Eight at once, of which mostly none is anything but a success.
            while place &+ 8 <= outcomes.count {
                var others = UInt64(littleEndian: outcomes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                while others != 0 {
                    let lane = others.trailingZeroBitCount / 8
                    correct(UInt8(truncatingIfNeeded: others &>> UInt64(lane &* 8)), in: cells[place &+ lane])
                    others &= ~(0xFF &<< UInt64(lane &* 8))
                }
                place &+= 8
            }
            while place < outcomes.count {
                if outcomes[place] != Self.success { correct(outcomes[place], in: cells[place]) }
                place &+= 1
            }
        }
    }

    /// Counts a call that was taken for a success.
    @inline(__always)
    private mutating func correct(_ outcome: UInt8, in cell: UInt32) {
        precondition(Int(cell) < count && outcome < Self.kinds, "a cell that was begun, and a code that an outcome has")
        counts[Int(outcome) &* room &+ Int(cell)] &+= 1
        counts[Int(Self.success) &* room &+ Int(cell)] &-= 1
    }

    /// Zero, so that eight of them are.
    private static let success = Outcome.success.rawValue

    mutating func addBytes(sent: Span<UInt64>, received: Span<UInt64>, to cells: Span<UInt32>) {
        hasRest = true
        var rest = self.rest.mutableSpan
        for place in 0..<cells.count {
            let base = Int(cells[place]) &* Rest.stride
            rest[base &+ Rest.bytesSent] &+= sent[place]
            rest[base &+ Rest.bytesReceived] &+= received[place]
        }
    }

    /// Adds all phases of a call at once; those that are unknown add nothing.
    mutating func addPhases(_ phases: Span<CallColumns.PhaseTimes>, to cells: Span<UInt32>) {
        hasRest = true
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
        hasRest = true
        for place in 0..<cells.count {
            let cell = Int(cells[place])
            let flags = CallFlags(rawValue: flags[place])
            if flags.contains(.estimated) { counts[Self.estimated * room + cell] &+= 1 }
            if !flags.isDisjoint(with: .transportOnly), OutcomeSet.isKnown.contains(code: outcomes[place]) {
                rest[cell * Rest.stride + Rest.tunnels] &+= 1
            }
            if flags.contains(.wouldBeDenied) { rest[cell * Rest.stride + Rest.wouldBeDenied] &+= 1 }
            if flags.contains(.linkLocal) { rest[cell * Rest.stride + Rest.linkLocal] &+= 1 }
        }
    }

    // MARK: Adding to one cell

    /// Counts outcomes of calls that all have a response time.
    mutating func add(timedOutcomes outcomes: Span<UInt8>, to cell: UInt32) {
        for place in 0..<outcomes.count where outcomes[place] != Self.success { correct(outcomes[place], in: cell) }
    }

    mutating func addBytes(sent: Span<UInt64>, received: Span<UInt64>, to cell: UInt32) {
        hasRest = true
        var sums: (sent: UInt64, received: UInt64) = (0, 0)
        for place in 0..<sent.count { sums.sent &+= sent[place] }
        for place in 0..<received.count { sums.received &+= received[place] }
        rest[Int(cell) * Rest.stride + Rest.bytesSent] &+= sums.sent
        rest[Int(cell) * Rest.stride + Rest.bytesReceived] &+= sums.received
    }

    /// Adds all phases of a call at once; those that are unknown add nothing.
    mutating func addPhases(_ phases: Span<CallColumns.PhaseTimes>, to cell: UInt32) {
        hasRest = true
        var even = SIMD4<UInt64>.zero
        var odd = SIMD4<UInt64>.zero
        var counts = SIMD8<UInt32>.zero
        for place in 0..<phases.count {
            let times = phases[place]
            let isKnown = times .!= CallColumns.PhaseTimes(repeating: CallColumns.unknownPhase)
            let pairs = unsafeBitCast(times.replacing(with: 0, where: .!isKnown), to: SIMD4<UInt64>.self)
            even &+= pairs & 0xFFFF_FFFF
            odd &+= pairs &>> 32
            counts &+= SIMD8<UInt32>.zero.replacing(with: 1, where: isKnown)
        }
        let base = Int(cell) * Rest.stride
        for lane in 0..<4 {
            rest[base + lane] &+= even[lane]
            rest[base + 4 + lane] &+= odd[lane]
            // Two counts of 32 bits, of which none overflows.
            rest[base + Rest.phaseCounts + lane] &+= UInt64(counts[2 * lane + 1]) << 32 | UInt64(counts[2 * lane])
        }
    }

    // MARK: Reading

    /// - Parameter timed: how many calls of the cell have a response time.
    func count(of outcome: Outcome, in cell: Int, timed: UInt32) -> UInt64 {
        let count = counts[Int(outcome.rawValue) * room + cell]
        return UInt64(outcome == .success ? count &+ timed : count)
    }

    /// All of a cell but its histograms.
    ///
    /// - Parameter timed: how many calls of the cell have a response time.
    func totals(of cell: Int, timed: UInt32) -> KPITotals {
        let base = cell * Rest.stride
        var totals = KPITotals()
        totals.success = count(of: .success, in: cell, timed: timed)
        totals.clientError = count(of: .clientError, in: cell, timed: timed)
        totals.serverError = count(of: .serverError, in: cell, timed: timed)
        totals.transportError = count(of: .transportError, in: cell, timed: timed)
        totals.unknown = count(of: .unknown, in: cell, timed: timed)
        totals.cancelled = count(of: .cancelled, in: cell, timed: timed)
        totals.denied = count(of: .denied, in: cell, timed: timed)
        totals.wouldBeDenied = rest[base + Rest.wouldBeDenied]
        totals.linkLocal = rest[base + Rest.linkLocal]
        totals.estimated = UInt64(counts[Self.estimated * room + cell])
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
