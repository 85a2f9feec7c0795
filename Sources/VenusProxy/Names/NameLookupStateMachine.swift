/// What a name server has said so far of both kinds of a name's addresses, and for how long the kind that is missing is
/// worth waiting for (RFC 8305, section 3).
///
/// Without I/O; time is an input.
package struct NameLookupStateMachine: Sendable, Hashable {
    /// The Resolution Delay in microseconds (RFC 8305, section 8): how long IPv4 addresses wait for those of IPv6, to
    /// be tried behind them.
    package static let resolutionDelay: UInt64 = 50_000
    /// How long IPv6 addresses wait for those of IPv4, which nobody would try sooner.
    package static let fallbackDelay = ConnectStateMachine.attemptDelay

    private var ipv6: DNSMessage.Answer?
    private var ipv4: DNSMessage.Answer?
    /// When there is enough, though one kind is missing.
    private var enoughAt = SteadyTime.distantFuture

    package init() {}

    package subscript(type: DNSMessage.RecordType) -> DNSMessage.Answer? { type == .ipv6 ? ipv6 : ipv4 }

    /// The answer for one kind has come.
    package mutating func take(_ answer: DNSMessage.Answer, _ type: DNSMessage.RecordType, at time: SteadyTime) {
        if type == .ipv6 { ipv6 = answer } else { ipv4 = answer }
        guard case .addresses(let some, _) = answer, !some.isEmpty else { return }
        enoughAt = min(enoughAt, time + (type == .ipv6 ? Self.fallbackDelay : Self.resolutionDelay))
    }

    /// When to stop waiting for what is missing, `limit` at the latest.
    package func end(_ limit: SteadyTime) -> SteadyTime { min(limit, enoughAt) }

    /// Whether there are addresses, or nothing more can come.
    package var isEnough: Bool { enoughAt != .distantFuture || (ipv6 != nil && ipv4 != nil) }

    /// The addresses, IPv6 first; `nil` where the name does not exist.
    package func result() throws(LookupError) -> NameAnswer? {
        var addresses: [IPAddress] = []
        var lifetime = UInt32.max
        for case .addresses(let some, let seconds) in [ipv6, ipv4] where !some.isEmpty {
            addresses += some
            lifetime = min(lifetime, seconds)
        }
        if !addresses.isEmpty { return NameAnswer(addresses, lifetime: UInt64(lifetime) * 1_000_000) }
        // One kind's silence or trouble may hide an address; that the name does not exist holds for both.
        if ipv6 == .noSuchName || ipv4 == .noSuchName { return nil }
        if ipv6 == nil || ipv4 == nil { throw .timedOut }
        if ipv6 == .failed || ipv4 == .failed { throw .failed }
        return nil
    }
}
