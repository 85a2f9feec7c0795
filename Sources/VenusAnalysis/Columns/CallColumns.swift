package import VenusCallLog
package import VenusCore

/// The calls of one block as columns: one array a field, the place of a call the same in each of them. The arrays are
/// kept from block to block, so that decoding allocates nothing once they have grown.
///
/// Bound: ``CallBlock/maximumCalls`` calls.
package struct CallColumns: Sendable {
    /// Stored for a phase that did not happen or was not seen.
    package static let unknownPhase = UInt32.max
    /// The phases of a call, each at ``Phase``'s raw value; the lanes behind them are unknown.
    package typealias PhaseTimes = SIMD8<UInt32>

    package private(set) var count = 0
    /// Lines in the block's operations, from 0.
    package private(set) var operations: [UInt16] = []
    /// Microseconds from the block's `t0` to the end of the call.
    package private(set) var ends: [Int64] = []
    /// Microseconds.
    package private(set) var durations: [UInt32] = []
    /// ``Outcome``'s codes.
    package private(set) var outcomes: [UInt8] = []
    /// HTTP statuses, 0 where there was none.
    package private(set) var statuses: [UInt16] = []
    /// ``ErrorType``'s codes, 0 where there was none. Codes of newer versions are let through.
    package private(set) var errorTypes: [UInt8] = []
    /// Microseconds.
    package private(set) var phases: [PhaseTimes] = []
    package private(set) var bytesSent: [UInt64] = []
    package private(set) var bytesReceived: [UInt64] = []
    /// ``CallFlags``' bits.
    package private(set) var flags: [UInt16] = []

    /// The flags and outcomes that any of the calls has, and whether any has a phase or bytes: what none has, the fold
    /// does not look at.
    package private(set) var flagsOfAny = CallFlags()
    private(set) var outcomesOfAny = OutcomeSet()
    package private(set) var havePhases = false
    package private(set) var haveBytes = false
    /// The places of the calls whose status is counted (``ErrorStatuses``), ascending.
    private var failed: [UInt16] = []

    package init() { failed.reserveCapacity(CallBlock.maximumCalls) }

    /// Columns that come from elsewhere, of calls of which nothing else is known.
    ///
    /// - Parameter outcomes: as codes that ``Outcome`` has.
    /// - Precondition: all are of one length.
    package init(operations: [UInt16], ends: [Int64], durations: [UInt32], outcomes: [UInt8]) {
        precondition(
            ends.count == operations.count && durations.count == operations.count
                && outcomes.count == operations.count, "columns are of one length")
        count = operations.count
        self.operations = operations
        self.ends = ends
        self.durations = durations
        self.outcomes = outcomes
        errorTypes = Array(repeating: 0, count: outcomes.count)
        for outcome in outcomes { outcomesOfAny.insert(code: outcome) }
    }

    /// The places in a range of the calls whose status is counted, ascending.
    func failed(in range: Range<Int>) -> ArraySlice<UInt16> {
        guard !failed.isEmpty else { return [] }
        return failed[failedCount(before: range.lowerBound)..<failedCount(before: range.upperBound)]
    }

    private func failedCount(before place: Int) -> Int {
        var (low, high) = (0, failed.count)
        while low < high {
            let middle = (low + high) / 2
            if failed[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Replaces what was held by the calls of this block. After an error nothing is held.
    package mutating func decode(_ record: CallsRecord) throws(BlockDecodingError) {
        removeAll()
        var complete = false
        defer { if !complete { removeAll() } }
        var reader = ColumnReader(record.calls)
        repeat {
            guard count < record.header.count else {
                throw .wrongCount(expected: record.header.count, found: count + 1)
            }
            reader.line = count
            try readLine(&reader, t0: record.header.t0, operationCount: record.operations.count)
            count += 1
        } while reader.skipNewline()
        guard reader.isAtEnd else { throw reader.failure }
        guard count == record.header.count else { throw .wrongCount(expected: record.header.count, found: count) }
        complete = true
    }

    private mutating func readLine(
        _ reader: inout ColumnReader, t0: Int64, operationCount: Int
    ) throws(BlockDecodingError) {
        reader.column = 0
        let operation = try reader.readNumber(atMost: UInt64(UInt16.max))
        guard operation < operationCount else { throw reader.failure }
        let offset = try reader.nextNumber(atMost: UInt64(BlockDecoder.maximumTime - t0))
        let duration = try reader.nextNumber(atMost: UInt64(UInt32.max))
        let outcome = try reader.nextNumber(atMost: Self.highestOutcome)
        let status = try reader.nextNumberOrEmpty(atMost: UInt64(UInt16.max), empty: 0)
        let errorType = try reader.nextNumberOrEmpty(atMost: UInt64(UInt8.max), empty: 0)
        var phases = PhaseTimes(repeating: Self.unknownPhase)
        for phase in 0..<Self.phasesPerCall {
            let time = try reader.nextNumberOrEmpty(atMost: UInt64(UInt32.max), empty: .max)
            guard time != .max else { continue }
            // As `Phases` has it: the largest value stands for "unknown", a phase that long is one less.
            phases[phase] = UInt32(min(time, UInt64(Self.unknownPhase - 1)))
            havePhases = true
        }
        let sent = try reader.nextNumberOrEmpty(atMost: .max, empty: 0)
        let received = try reader.nextNumberOrEmpty(atMost: .max, empty: 0)
        let flags = try reader.nextNumberOrEmpty(atMost: UInt64(UInt16.max), empty: 0)
        try reader.skipTraceID()
        operations.append(UInt16(operation))
        ends.append(Int64(offset) + Int64(duration))
        durations.append(UInt32(duration))
        outcomes.append(UInt8(outcome))
        statuses.append(UInt16(status))
        errorTypes.append(UInt8(errorType))
        bytesSent.append(sent)
        bytesReceived.append(received)
        self.flags.append(UInt16(flags))
        self.phases.append(phases)
        flagsOfAny.formUnion(CallFlags(rawValue: UInt16(flags)))
        if sent | received > 0 { haveBytes = true }
        outcomesOfAny.insert(code: UInt8(outcome))
        if OutcomeSet.hasErrorStatus.contains(code: UInt8(outcome)), ErrorStatuses.range.contains(UInt16(status)) {
            failed.append(UInt16(count))
        }
    }

    private static let phasesPerCall = Phase.allCases.count
    private static let highestOutcome = UInt64(Outcome.allCases.map(\.rawValue).max() ?? 0)

    private mutating func removeAll() {
        count = 0
        operations.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        durations.removeAll(keepingCapacity: true)
        outcomes.removeAll(keepingCapacity: true)
        statuses.removeAll(keepingCapacity: true)
        errorTypes.removeAll(keepingCapacity: true)
        phases.removeAll(keepingCapacity: true)
        bytesSent.removeAll(keepingCapacity: true)
        bytesReceived.removeAll(keepingCapacity: true)
        flags.removeAll(keepingCapacity: true)
        flagsOfAny = []
        outcomesOfAny.removeAll()
        havePhases = false
        haveBytes = false
        failed.removeAll(keepingCapacity: true)
    }
}
