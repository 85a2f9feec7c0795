package import VenusCore

/// The times of one call as they come about.
package struct CallTimes: Sendable {
    /// Microseconds since the epoch.
    package private(set) var wallStart: Int64 = 0
    package private(set) var start = SteadyTime.zero
    /// Since when the caller has nothing to do but wait: the start, or its last byte of a body.
    package private(set) var waitingSince = SteadyTime.zero
    /// When the last byte of the request so far was handed on.
    package private(set) var requestProgress = SteadyTime.zero
    package private(set) var firstByte = SteadyTime.zero
    package private(set) var end = SteadyTime.zero
    private var blocked: UInt64 = 0
    private var dns: UInt64 = 0
    private var connect: UInt64 = 0
    private var tls: UInt64 = 0
    private var seen: UInt8 = 0

    package init() {}

    package init(start: SteadyTime, wallStart: Int64) {
        self.start = start
        self.wallStart = wallStart
        requestProgress = start
        waitingSince = start
    }

    /// Adds to one of the phases before the request is sent; a phase may come twice.
    package mutating func add(_ microseconds: UInt64, to phase: Phase) {
        seen |= 1 << UInt8(phase.rawValue)
        switch phase {
        case .blocked: blocked += microseconds
        case .dns: dns += microseconds
        case .connect: connect += microseconds
        case .tls: tls += microseconds
        case .ttfb, .transfer: preconditionFailure("not a phase before the request")
        }
    }

    /// What went before the call, and was done for it, is part of it: the phases of `setup`, one after the other.
    package mutating func precede(by setup: CallTimes) {
        let duration = setup.blocked + setup.dns + setup.connect + setup.tls
        start = SteadyTime(microseconds: start.microseconds - min(duration, start.microseconds))
        wallStart -= Int64(clamping: duration)
        blocked += setup.blocked
        dns += setup.dns
        connect += setup.connect
        tls += setup.tls
        seen |= setup.seen
    }

    package mutating func requestProgressed(at time: SteadyTime) { requestProgress = time }

    package mutating func bodyProgressed(at time: SteadyTime) {
        requestProgress = time
        waitingSince = time
    }

    package mutating func firstByteCame(at time: SteadyTime) { firstByte = time }

    package mutating func ended(at time: SteadyTime) { end = time }

    /// Microseconds of the whole.
    package var duration: UInt32 { UInt32(clamping: end.since(start)) }

    package var phases: Phases {
        var phases = Phases()
        if seen & 1 << UInt8(Phase.blocked.rawValue) != 0 { phases[.blocked] = UInt32(clamping: blocked) }
        if seen & 1 << UInt8(Phase.dns.rawValue) != 0 { phases[.dns] = UInt32(clamping: dns) }
        if seen & 1 << UInt8(Phase.connect.rawValue) != 0 { phases[.connect] = UInt32(clamping: connect) }
        if seen & 1 << UInt8(Phase.tls.rawValue) != 0 { phases[.tls] = UInt32(clamping: tls) }
        if firstByte != .zero {
            phases[.ttfb] = UInt32(clamping: firstByte.since(requestProgress))
            phases[.transfer] = UInt32(clamping: end.since(firstByte))
        }
        return phases
    }
}

/// How a call ended.
package struct CallEnd: Sendable, Hashable {
    package var outcome: Outcome
    package var errorType: ErrorType?

    package init(_ outcome: Outcome, _ errorType: ErrorType? = nil) {
        self.outcome = outcome
        self.errorType = errorType
    }

    /// What we forbid ourselves says nothing about the dependency.
    package static func failed(_ errorType: ErrorType) -> CallEnd {
        CallEnd(errorType == .destinationIPProhibited ? .denied : .transportError, errorType)
    }
}
