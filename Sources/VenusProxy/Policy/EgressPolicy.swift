/// Who may call what: rules in order, of which the first that matches decides, and what holds where none does.
///
/// Never changed: another policy takes its place as a whole. Asked in two steps: before a name is resolved, and for
/// each address that is about to be dialled.
package struct EgressPolicy: Sendable {
    package enum Mode: String, Sendable, CaseIterable {
        /// What is denied does not go out.
        case enforce
        /// Everything goes out; what would be denied is marked.
        case report
    }

    package static let maximumRules = 1_000
    /// Patterns, ranges and names in all rules together.
    package static let maximumSize = 20_000

    package var mode = Mode.enforce
    package var fallback = PolicyRule.Action.allow
    package var rules: [PolicyRule] = []
    /// Whether link-local addresses and those of metadata services are denied where no rule allows them by `addresses`:
    /// for a proxy that other machines can reach. Holds in report mode, too.
    package var deniesLinkLocal = false

    /// Allows everything.
    package init() {}

    package init(
        mode: Mode = .enforce, fallback: PolicyRule.Action, rules: [PolicyRule], deniesLinkLocal: Bool = false
    ) {
        self.mode = mode
        self.fallback = fallback
        self.rules = rules
        self.deniesLinkLocal = deniesLinkLocal
    }

    /// Whether there is anything to ask before an address is dialled.
    package var isOpen: Bool { rules.isEmpty && fallback == .allow }

    /// The verdict where it is the same for every address; `nil` where it depends on the address. What is built in is
    /// not in it.
    package func verdict(_ subject: PolicySubject) -> PolicyVerdict? {
        for (place, rule) in rules.enumerated() where rule.matchesApartFromAddress(subject) {
            guard rule.addresses == nil else { return nil }
            return PolicyVerdict(isAllowed: rule.action == .allow, reason: .rule(place + 1), isByAddress: false)
        }
        return PolicyVerdict(isAllowed: fallback == .allow, reason: .fallback, isByAddress: false)
    }

    /// The verdict on a call to this address of the host.
    package func verdict(_ subject: PolicySubject, at address: IPAddress) -> PolicyVerdict {
        let forms = AddressForms(address)
        let isMetadata = subject.isMetadataName
        var isExplicit = false
        var verdict = PolicyVerdict(isAllowed: fallback == .allow, reason: .fallback, isByAddress: false)
        for (place, rule) in rules.enumerated() where rule.matchesApartFromAddress(subject) {
            if let addresses = rule.addresses {
                verdict.isByAddress = true
                guard addresses.concerns(address, forms, isMetadata: isMetadata, rule.action) else { continue }
                isExplicit = rule.action == .allow
            }
            verdict.isAllowed = rule.action == .allow
            verdict.reason = .rule(place + 1)
            break
        }
        guard deniesLinkLocal, !isExplicit, !keepsBack(verdict), isMetadata || address.isLinkLocalOrMetadata else {
            return verdict
        }
        return PolicyVerdict(isAllowed: false, reason: .linkLocal, isByAddress: true)
    }

    /// Whether a verdict keeps a call from going out; otherwise one that denies only marks it.
    package func keepsBack(_ verdict: PolicyVerdict) -> Bool {
        !verdict.isAllowed && (mode == .enforce || verdict.reason == .linkLocal)
    }
}
