/// The counts and sums of some calls, from which every KPI is made. Additive: merging is exact, in any order.
public struct KPITotals: Sendable, Hashable {
    /// Calls by outcome (``Outcome``): these seven are all there are.
    public var success: UInt64 = 0
    public var clientError: UInt64 = 0
    public var serverError: UInt64 = 0
    public var transportError: UInt64 = 0
    public var unknown: UInt64 = 0
    public var cancelled: UInt64 = 0
    public var denied: UInt64 = 0
    /// Calls that went out though the egress policy, if it were enforced, would deny them.
    public var wouldBeDenied: UInt64 = 0
    /// Calls to link-local addresses, and to those at which clouds hand out credentials.
    public var linkLocal: UInt64 = 0
    /// Calls seen inside an encrypted tunnel.
    public var estimated: UInt64 = 0
    /// Calls in k of whose outcome only the transport is known: connections (tunnels, upgrades), and exchanges within
    /// them that got no answer.
    public var tunnels: UInt64 = 0
    /// The statuses of client and server errors.
    public var statuses = ErrorStatuses()
    /// Bytes of calls, and of what connections moved apart from them (``CallFlags/activity``).
    public var bytesSent: UInt64 = 0
    public var bytesReceived: UInt64 = 0
    /// `duration` of the calls that got a response, tunnels left out.
    public var duration = LatencyHistogram()
    /// `ttfb` of the same calls.
    public var ttfb = LatencyHistogram()
    /// Sum in microseconds and count of each phase, at ``Phase``'s raw value.
    public var phases = PhaseTotals()

    public init() {}

    /// k: calls whose outcome is known.
    public var known: UInt64 { success + clientError + serverError + transportError }

    /// All calls.
    public var calls: UInt64 { known + unknown + cancelled + denied }

    /// Whether there was neither a call nor a byte.
    public var isEmpty: Bool { calls == 0 && bytesSent == 0 && bytesReceived == 0 }

    /// Whether connections moved bytes, but no call ended.
    public var isActivityOnly: Bool { calls == 0 && !isEmpty }

    /// Counts one call. The rules are those of the design: only calls that got a response enter response time, and
    /// lifetimes of tunnels never do. The activity of a connection is no call: of it only the bytes count.
    public mutating func record(_ call: Call) {
        bytesSent &+= call.bytesSent
        bytesReceived &+= call.bytesReceived
        guard !call.flags.contains(.activity) else { return }
        switch call.outcome {
        case .success: success += 1
        case .clientError: clientError += 1
        case .serverError: serverError += 1
        case .transportError: transportError += 1
        case .unknown: unknown += 1
        case .cancelled: cancelled += 1
        case .denied: denied += 1
        }
        if call.flags.contains(.estimated) { estimated += 1 }
        if call.flags.contains(.wouldBeDenied) { wouldBeDenied += 1 }
        if call.flags.contains(.linkLocal) { linkLocal += 1 }
        if ErrorStatuses.counts(call.outcome, call.status) { statuses.add(call.status) }
        if call.outcome.isKnown, !call.flags.isDisjoint(with: .transportOnly) { tunnels += 1 }
        for phase in Phase.allCases {
            guard let time = call.phases[phase] else { continue }
            phases[phase.rawValue].sum &+= UInt64(time)
            phases[phase.rawValue].count += 1
        }
        guard call.hasResponseTime else { return }
        duration.record(call.duration)
        if let time = call.phases[.ttfb] { ttfb.record(time) }
    }

    /// Adds the calls of another one.
    public mutating func merge(_ other: KPITotals) {
        mergeCounts(other)
        duration.merge(other.duration)
        ttfb.merge(other.ttfb)
    }

    /// Merges all but the histograms.
    package mutating func mergeCounts(_ other: KPITotals) {
        success += other.success
        clientError += other.clientError
        serverError += other.serverError
        transportError += other.transportError
        unknown += other.unknown
        cancelled += other.cancelled
        denied += other.denied
        wouldBeDenied += other.wouldBeDenied
        linkLocal += other.linkLocal
        estimated += other.estimated
        tunnels += other.tunnels
        statuses.merge(other.statuses)
        bytesSent &+= other.bytesSent
        bytesReceived &+= other.bytesReceived
        phases.merge(other.phases)
    }

    /// Takes away what was merged before; the histograms' extremes stay (``LatencyHistogram/subtract(_:)``).
    public mutating func subtract(_ other: KPITotals) {
        subtractCounts(other)
        duration.subtract(other.duration)
        ttfb.subtract(other.ttfb)
    }

    /// Takes away all but the histograms.
    package mutating func subtractCounts(_ other: KPITotals) {
        success -= other.success
        clientError -= other.clientError
        serverError -= other.serverError
        transportError -= other.transportError
        unknown -= other.unknown
        cancelled -= other.cancelled
        denied -= other.denied
        wouldBeDenied -= other.wouldBeDenied
        linkLocal -= other.linkLocal
        estimated -= other.estimated
        tunnels -= other.tunnels
        statuses.subtract(other.statuses)
        bytesSent &-= other.bytesSent
        bytesReceived &-= other.bytesReceived
        phases.subtract(other.phases)
    }
}

extension Call {
    /// Whether the call's duration is a response time: it got a response, and it is not a tunnel's lifetime. An
    /// exchange within a tunnel whose outcome is not visible got one unless an error type says otherwise.
    public var hasResponseTime: Bool {
        guard flags.isDisjoint(with: [.tunnel, .activity]) else { return false }
        switch outcome {
        case .success, .clientError, .serverError: return true
        case .unknown: return errorType == nil
        case .transportError, .cancelled, .denied: return false
        }
    }
}
