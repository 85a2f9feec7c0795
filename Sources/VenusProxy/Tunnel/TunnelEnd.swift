package import VenusCore

/// How a tunnel ended.
package struct TunnelEnd: Sendable, Hashable {
    /// The side that ended it; `nil`: we did.
    package var side: TunnelStateMachine.Side?
    /// What was wrong; `nil` for a plain end.
    package var errorType: ErrorType?

    /// Both sides have said their last byte; this one was first.
    package static func finished(by side: TunnelStateMachine.Side?) -> TunnelEnd {
        TunnelEnd(side: side, errorType: nil)
    }

    /// The connection to this side was reset, or broke.
    package static func broken(by side: TunnelStateMachine.Side) -> TunnelEnd {
        TunnelEnd(side: side, errorType: .connectionTerminated)
    }

    /// Both sides were silent for too long.
    package static let idle = TunnelEnd(side: nil, errorType: .connectionReadTimeout)
    /// The proxy stops.
    package static let stopped = TunnelEnd(side: nil, errorType: nil)
    /// No memory for what had to wait.
    package static let exhausted = TunnelEnd(side: nil, errorType: .proxyInternalError)
}
