package import VenusStore

/// One lease as its owner, or who would like to be, sees it; without I/O. Time is an input, in milliseconds.
///
/// The store alone decides who owns the lease: every write names its epoch. This machine only says when to ask.
package struct LeaseStateMachine: Sendable {
    package enum State: Sendable, Hashable {
        /// Ours to try for, from `tryAt` on.
        case free(tryAt: Int64)
        /// Ours, to be renewed from `renewAt` on.
        case held(Lease, renewAt: Int64)
    }

    package enum Action: Sendable, Hashable {
        /// Ask the store for the lease, and answer with ``answered(_:now:)`` or ``failed(now:)``.
        case ask
        case none
    }

    /// What an answer of the store means.
    package enum Outcome: Sendable, Hashable {
        /// It is ours anew: what we knew of its object is worth nothing.
        case taken(Lease)
        case renewed
        case heldByAnother
        /// It was ours and is another's: what we have not committed is theirs to do.
        case lost
    }

    package private(set) var state: State
    /// How long the store keeps the lease after it was taken or renewed.
    package let duration: Duration
    private let renewAfter: Int64
    private let retryAfter: Int64

    /// - Parameter retryAfter: how often to ask for a lease that another holds.
    package init(duration: Duration, retryAfter: Duration, now: Int64) {
        self.duration = duration
        renewAfter = duration.milliseconds / 3
        self.retryAfter = retryAfter.milliseconds
        state = .free(tryAt: now)
    }

    package var lease: Lease? {
        switch state {
        case .held(let lease, _): lease
        case .free: nil
        }
    }

    package func action(now: Int64) -> Action {
        switch state {
        case .free(let tryAt): now >= tryAt ? .ask : .none
        case .held(_, let renewAt): now >= renewAt ? .ask : .none
        }
    }

    package mutating func answered(_ lease: Lease?, now: Int64) -> Outcome {
        switch (state, lease) {
        case (.held(let old, _), let lease?):
            state = .held(lease, renewAt: now + renewAfter)
            // A higher epoch: ours had run out, and another may have owned it in between.
            return lease.epoch == old.epoch ? .renewed : .taken(lease)
        case (.free, let lease?):
            state = .held(lease, renewAt: now + renewAfter)
            return .taken(lease)
        case (.held, nil):
            state = .free(tryAt: now + retryAfter)
            return .lost
        case (.free, nil):
            state = .free(tryAt: now + retryAfter)
            return .heldByAnother
        }
    }

    /// The store did not answer: a lease that was ours stays so until the store says otherwise.
    package mutating func failed(now: Int64) {
        switch state {
        case .held(let lease, _): state = .held(lease, renewAt: now + Self.retryAfterFailure)
        case .free: state = .free(tryAt: now + Self.retryAfterFailure)
        }
    }

    /// A write was refused because the lease is another's.
    package mutating func lost(now: Int64) { state = .free(tryAt: now + retryAfter) }

    /// We gave the lease up, or leave it to others, until then.
    package mutating func wait(until instant: Int64) { state = .free(tryAt: instant) }

    private static let retryAfterFailure: Int64 = 1_000
}

extension Duration {
    /// Rounded down.
    package var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
