import VenusCore

/// A set of outcomes, by their codes.
struct OutcomeSet: Sendable {
    private var bits: UInt8 = 0

    init() {}

    init(_ holds: (Outcome) -> Bool) {
        for outcome in Outcome.allCases where holds(outcome) { insert(code: outcome.rawValue) }
    }

    /// - Parameter code: one that ``Outcome`` has; all are below 8.
    @inline(__always)
    mutating func insert(code: UInt8) { bits |= 1 &<< code }

    @inline(__always)
    func contains(code: UInt8) -> Bool { bits &>> code & 1 != 0 }

    func isSuperset(of other: OutcomeSet) -> Bool { other.bits & ~bits == 0 }

    mutating func removeAll() { bits = 0 }

    static let isKnown = OutcomeSet(\.isKnown)

    /// Those that have a status among ``ErrorStatuses``.
    static let hasErrorStatus = OutcomeSet { ErrorStatuses.counts($0, ErrorStatuses.range.lowerBound) }

    /// Those of a call that is no tunnel and has a response time whatever its error type.
    static let timed = OutcomeSet { outcome in
        var call = Call(operation: 0, start: 0, duration: 0, outcome: outcome)
        call.errorType = .connectionTerminated
        return call.hasResponseTime
    }
}
