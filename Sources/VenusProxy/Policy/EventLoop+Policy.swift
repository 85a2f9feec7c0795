import Logging
import VenusCore

/// The egress policy at work: asked at a request, when the addresses of its host are known, and for each address and
/// each pooled connection that is about to carry it.
extension EventLoop {
    /// Whether the client's call may go on; otherwise it has been answered. `method`: as the request has it.
    @inline(__always)
    mutating func isPermitted(_ slot: Int32, _ method: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !policy.isOpen else { return true }
        if clients[slot].pointee.exchange.method == .other {
            clients[slot].pointee.policyMethod = RequestMethod.name(method)
        }
        return mayGoOn(slot)
    }

    private mutating func mayGoOn(_ slot: Int32) -> Bool {
        let target = clients[slot].pointee.target
        let decision = decision(slot)
        if decision.allowed == 0 { clients[slot].pointee.marks.insert(.wouldBeDenied) }
        // Addresses that are out of date may be better ones in a moment.
        guard decision.dialled == 0, !decision.isByAddress || targets[target].addressesExpire > now else { return true }
        deny(slot, decision.denial)
        return false
    }

    /// The addresses of the client's target are there: whether one of them may be dialled; otherwise the call has been
    /// answered.
    mutating func mayConnect(_ slot: Int32) -> Bool {
        guard !policy.asksNothing else { return true }
        let decision = decision(slot)
        clients[slot].pointee.marks.remove(.wouldBeDenied)
        if decision.allowed == 0 { clients[slot].pointee.marks.insert(.wouldBeDenied) }
        guard decision.dialled == 0 else { return true }
        deny(slot, decision.denial)
        return false
    }

    /// Whether the call may go to the address at this place among its target's.
    mutating func mayDial(_ slot: Int32, _ place: Int) -> Bool {
        guard !policy.asksNothing else { return true }
        return place < AddressOrder.maximumAddresses && decision(slot).dialled & 1 << UInt32(place) != 0
    }

    /// Whether the call may use a connection that was made for another one.
    @inline(__always)
    mutating func mayUse(_ slot: Int32, _ upstream: Int32) -> Bool {
        // Without rules only link-local addresses are ever denied.
        policy.isOpen && upstreams[upstream].pointee.marks.isEmpty || isUsable(slot, upstream)
    }

    private mutating func isUsable(_ slot: Int32, _ upstream: Int32) -> Bool {
        // An upstream proxy's address is no matter of the policy, which has been asked about the call.
        guard !policy.asksNothing, clients[slot].pointee.parent < 0 else { return true }
        let decision = decision(slot)
        guard decision.isByAddress else { return decision.dialled != 0 }
        let target = clients[slot].pointee.target
        let address = upstreams[upstream].pointee.ipAddress
        if let place = targets[target].addresses.firstIndex(of: address) { return mayDial(slot, place) }
        let verdict = policy.verdict(
            on: address, of: targets[target], method: policyMethod(slot), clients[slot].pointee.recorder)
        return !policy.policy.keepsBack(verdict)
    }

    /// What is to be recorded of calls to this address of a target.
    func marks(_ address: IPAddress, of target: Int32) -> CallFlags {
        let isMetadata = targets[target].host.withUnsafeBufferPointer { PolicySubject.isMetadataName($0) }
        return isMetadata || address.isLinkLocalOrMetadata ? .linkLocal : []
    }

    /// Another policy holds from now on. Tunnels that are open, and calls under way, go on.
    mutating func replacePolicy(_ next: EgressPolicy) {
        policy = LoopPolicy(next, deniesLinkLocal: settings.deniesLinkLocal)
        closeIdleUpstreams(atMost: .max)
    }

    private mutating func decision(_ slot: Int32) -> PolicyDecision {
        let client = clients[slot]
        return policy.decision(
            client.pointee.target, in: targets, method: policyMethod(slot), client.pointee.recorder)
    }

    private func policyMethod(_ slot: Int32) -> StaticString {
        switch clients[slot].pointee.exchange.method {
        case .get: "GET"
        case .head: "HEAD"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .put: "PUT"
        case .delete: "DELETE"
        case .post: "POST"
        case .patch: "PATCH"
        case .connect: "CONNECT"
        case .other: clients[slot].pointee.policyMethod
        }
    }

    private mutating func deny(_ slot: Int32, _ verdict: PolicyVerdict) {
        let refusal = Refusal(verdict, policy.policy)
        log(
            .notice, "denied a call by the egress policy",
            ["reason": "\(refusal.explanation)", "rule": "\(refusal.rule)", "line": "\(refusal.line)"])
        clients[slot].pointee.marks.remove(.wouldBeDenied)
        recordCall(slot, clients[slot].pointee.exchange.denied(verdict.errorType, at: now))
        // The client was told that its tunnel is open, and has no use for an answer.
        if clients[slot].pointee.isPromised, clients[slot].pointee.exchange.method == .connect {
            return closeClient(slot)
        }
        dropUpstream(slot)
        answer(slot, refusal)
    }
}

extension Refusal {
    /// A call that the policy denies.
    package init(_ verdict: PolicyVerdict, _ policy: EgressPolicy) {
        let explanation: StaticString =
            switch verdict.reason {
            case .rule: "the egress policy denies the call"
            case .fallback: "no rule of the egress policy allows the call"
            case .linkLocal:
                "link-local and metadata addresses are denied to callers on other machines; a rule can allow them"
            }
        self.init(status: 403, errorType: verdict.errorType, explanation: explanation)
        guard case .rule(let number) = verdict.reason, number <= policy.rules.count else { return }
        rule = number
        line = policy.rules[number - 1].line
    }
}
