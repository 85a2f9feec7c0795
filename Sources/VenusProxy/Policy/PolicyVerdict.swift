package import VenusCore

/// What a policy says to a call, and why.
package struct PolicyVerdict: Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        /// The rule with this number, from 1.
        case rule(Int)
        /// No rule: what the policy says then.
        case fallback
        /// Built in: link-local addresses and those of metadata services, for a proxy that other machines can reach.
        case linkLocal
    }

    package var isAllowed: Bool
    package var reason: Reason
    /// Whether the address had a part in it.
    package var isByAddress: Bool

    package init(isAllowed: Bool, reason: Reason, isByAddress: Bool) {
        self.isAllowed = isAllowed
        self.reason = reason
        self.isByAddress = isByAddress
    }

    /// Of a call that is denied.
    package var errorType: ErrorType { isByAddress ? .destinationIPProhibited : .httpRequestDenied }
}
