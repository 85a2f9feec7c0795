import VenusCore

/// What the policy says to one service's calls by one method to one target.
struct PolicyDecision {
    /// A bit for each of the target's addresses (``AddressOrder/maximumAddresses``), at its place: whether it may be
    /// dialled. All where nobody asks.
    var dialled: UInt32
    /// The same for whether the policy allows it, enforced or not.
    var allowed: UInt32
    /// Whether the address makes a difference.
    var isByAddress: Bool
    /// Why nothing is allowed, where that is so.
    var denial: PolicyVerdict

    /// Of a target whose addresses are not known yet, and where they make the difference.
    static let open = PolicyDecision(
        dialled: .max, allowed: .max, isByAddress: true,
        denial: PolicyVerdict(isAllowed: true, reason: .fallback, isByAddress: false))
}

/// One loop's policy, with what it has decided lately; confined to the loop's thread.
///
/// A decision is found by target, service and method without allocating; a target whose addresses change is another
/// one.
struct LoopPolicy {
    /// Decisions that are kept.
    private static let capacity = 1_024

    private struct Key: Hashable {
        var target: Int32
        /// ``Target/version``.
        var version: UInt64
        /// The recorder stands for the service, the place of its name for the method.
        var service: UInt
        var method: UInt

        var place: Int {
            var hash = UInt64(UInt32(bitPattern: target)) &* 0x9E37_79B9_7F4A_7C15
            hash = (hash ^ UInt64(service) ^ UInt64(method) << 20) &* 0xD6E8_FEB8_6659_FD93
            return Int(truncatingIfNeeded: hash >> 54)
        }
    }

    let policy: EgressPolicy
    /// Whether there is nothing to ask at a request.
    let isOpen: Bool
    private var known: [(key: Key, decision: PolicyDecision)?]

    init(_ policy: EgressPolicy, deniesLinkLocal: Bool) {
        var policy = policy
        policy.deniesLinkLocal = deniesLinkLocal
        self.policy = policy
        isOpen = policy.isOpen
        known = policy.isOpen && !deniesLinkLocal ? [] : .init(repeating: nil, count: Self.capacity)
    }

    /// Whether there is nothing to ask at all.
    var asksNothing: Bool { known.isEmpty }

    /// The decision on calls of the recorder's service to a target.
    @inline(__always)
    mutating func decision(
        _ index: Int32, in targets: borrowing TargetTable, method: StaticString, _ recorder: Unmanaged<Recorder>?
    ) -> PolicyDecision {
        let key = Key(
            target: index, version: targets.version(of: index),
            service: recorder.map { UInt(bitPattern: $0.toOpaque()) } ?? 0, method: UInt(bitPattern: method.utf8Start))
        if let entry = known[key.place], entry.key == key { return entry.decision }
        return newDecision(key, targets[index], method: method, recorder)
    }

    private mutating func newDecision(
        _ key: Key, _ target: Target, method: StaticString, _ recorder: Unmanaged<Recorder>?
    ) -> PolicyDecision {
        let decision = decide(target, method: method, recorder)
        known[key.place] = (key, decision)
        return decision
    }

    /// The verdict on one address of a target, which need not be one of those that are known of it.
    func verdict(
        on address: IPAddress, of target: Target, method: StaticString, _ recorder: Unmanaged<Recorder>?
    ) -> PolicyVerdict {
        Self.withSubject(target, method, recorder) { policy.verdict($0, at: address) }
    }

    private func decide(
        _ target: Target, method: StaticString, _ recorder: Unmanaged<Recorder>?
    ) -> PolicyDecision {
        let addresses = target.addresses
        return Self.withSubject(target, method, recorder) { subject in
            let early = policy.verdict(subject)
            // What is built in looks at the address of every call that may go out.
            if let early, !policy.deniesLinkLocal || policy.keepsBack(early) {
                return PolicyDecision(
                    dialled: policy.keepsBack(early) ? 0 : .max, allowed: early.isAllowed ? .max : 0,
                    isByAddress: false, denial: early)
            }
            var decision = PolicyDecision.open
            guard !addresses.isEmpty else {
                if early?.isAllowed == false { decision.allowed = 0 }
                return decision
            }
            decision.dialled = 0
            decision.allowed = 0
            for (place, address) in addresses.prefix(AddressOrder.maximumAddresses).enumerated() {
                let verdict = policy.verdict(subject, at: address)
                if verdict.isAllowed { decision.allowed |= 1 << UInt32(place) }
                if !policy.keepsBack(verdict) { decision.dialled |= 1 << UInt32(place) }
                if decision.denial.isAllowed { decision.denial = verdict }
            }
            return decision
        }
    }

    private static func withSubject<Result>(
        _ target: Target, _ method: StaticString, _ recorder: Unmanaged<Recorder>?,
        _ use: (PolicySubject) -> Result
    ) -> Result {
        var service = recorder?._withUnsafeGuaranteedRef { $0.service } ?? ""
        let port = target.port
        let host = target.host
        return service.withUTF8 { service in
            host.withUnsafeBufferPointer { host in
                use(PolicySubject(host: host, port: port, method: method, service: service))
            }
        }
    }
}
