package import VenusCore

extension ExchangeStateMachine {
    /// Whether a call is under way that has not been recorded.
    package var isCalling: Bool {
        switch stage {
        case .assigning, .blocked, .resolving, .connecting, .securing, .intercepting, .exchanging, .flushing,
            .tunnelling:
            true
        case .idle, .head, .multiplexing, .draining, .lingering: false
        }
    }

    /// What to do when the call cannot go on.
    package enum Failure: Sendable, Hashable {
        /// Send the same request again on a new connection; nothing is recorded.
        case retry
        /// Answer with this error; the call ends as told.
        case refuse(ErrorType, CallEnd)
        /// A part of the response is out: end the connection so that the client sees that it is incomplete.
        case abort(CallEnd)
    }

    /// The dependency failed us.
    package mutating func failed(_ errorType: ErrorType, at time: SteadyTime) -> Failure {
        times.ended(at: time)
        return hasResponded ? .abort(.failed(errorType)) : .refuse(errorType, .failed(errorType))
    }

    /// The egress policy denies it: how the call ends. Nothing of it has gone out.
    package mutating func denied(_ errorType: ErrorType, at time: SteadyTime) -> CallEnd {
        times.ended(at: time)
        return CallEnd(.denied, errorType)
    }

    /// What the end of the upstream connection means.
    package enum UpstreamEnd: Sendable, Hashable {
        /// It ends the response well.
        case completed
        case failed(Failure)
    }

    /// The upstream connection has ended, or broken if not `isClean`. `hasUnsentHead`: nothing of the request went out.
    package mutating func upstreamEnded(isClean: Bool, nothingSent: Bool = false, at time: SteadyTime) -> UpstreamEnd {
        if hasResponded {
            if isClean, response.connectionEnded() { return .completed }
            return .failed(failed(.httpResponseIncomplete, at: time))
        }
        if isReused, !isRetried, !hasResponseBytes, isReplayable || nothingSent {
            isRetried = true
            isReused = false
            stage = .assigning
            since = time
            return .failed(.retry)
        }
        return .failed(failed(hasResponseBytes ? .httpResponseIncomplete : .connectionTerminated, at: time))
    }

    /// Bytes of a response head came, not yet all of it.
    package mutating func responseBegan() { hasResponseBytes = true }

    /// After an answer of our own: whether the connection can take another request. The head was at fault if no call
    /// is under way.
    package mutating func refused(at time: SteadyTime, isStopping: Bool) -> Afterwards {
        // Where the head was not understood, neither is where the next one begins.
        let isUnderstood = stage != .head && stage != .idle
        closes = closes || isStopping || !isUnderstood || !request.isComplete
        since = time
        stage = closes ? .lingering : .idle
        return closes ? .linger : .next
    }

    /// Whether an answer of our own has to announce the end of the connection.
    package func refusalCloses(isStopping: Bool) -> Bool {
        closes || isStopping || stage == .head || stage == .idle || !request.isComplete
    }

    /// How long behind its request a client that has no further one may shut its sending side, and still be there.
    package static let shuttingMicroseconds: UInt64 = 100_000

    /// The client sends no more. Whether it still waits for the answer: it has said that its request is the last, and
    /// shuts its side right behind it. Any other end is that of a caller who leaves: the two cannot be told apart, and
    /// who gives up on a dependency must be seen.
    package func waitsBehindItsEnd(at time: SteadyTime) -> Bool {
        isCalling && request.isComplete && isLastRequest
            && time.since(times.waitingSince) <= Self.shuttingMicroseconds
    }

    /// The client has ended its connection; how the call ends, if one is under way.
    package mutating func clientLeft(at time: SteadyTime, patience: UInt64) -> CallEnd? {
        guard isCalling else { return nil }
        times.ended(at: time)
        if hasResponded || time.since(times.waitingSince) < patience { return CallEnd(.cancelled) }
        return .failed(.callerTimeout)
    }

    /// What to do when the time of the stage is over.
    package enum Expiry: Sendable, Hashable {
        /// Nothing was under way.
        case close
        /// The client took too long over its head.
        case refuse
        /// The client took too long over its request's body.
        case refuseCall(CallEnd)
        case failed(Failure)
    }

    /// The time is over. `clientStalls`: bytes for the client wait; `upstreamStalls`: bytes for the dependency wait.
    package mutating func timedOut(clientStalls: Bool, upstreamStalls: Bool, at time: SteadyTime) -> Expiry {
        switch stage {
        case .idle, .multiplexing, .draining, .lingering: return .close
        case .head: return .refuse
        case .assigning, .blocked: return .failed(failed(.connectionLimitReached, at: time))
        case .resolving: return .failed(failed(.dnsTimeout, at: time))
        case .connecting, .securing: return .failed(failed(.connectionTimeout, at: time))
        case .exchanging where !hasResponded:
            if request.isComplete && !upstreamStalls { return .failed(failed(.httpResponseTimeout, at: time)) }
            if upstreamStalls { return .failed(failed(.connectionWriteTimeout, at: time)) }
            times.ended(at: time)
            return .refuseCall(CallEnd(.cancelled))
        case .exchanging, .flushing:
            times.ended(at: time)
            return .failed(.abort(clientStalls ? CallEnd(.cancelled) : .failed(.connectionReadTimeout)))
        case .intercepting, .tunnelling:
            times.ended(at: time)
            return .close
        }
    }

    /// When the stage's time is over.
    @inline(__always)
    package func deadline(_ timeouts: ExchangeTimeouts) -> SteadyTime {
        switch stage {
        case .idle, .multiplexing: since + timeouts.idle
        case .head, .intercepting: since + timeouts.head
        case .assigning, .blocked, .connecting, .securing: since + timeouts.connect
        case .resolving: since + timeouts.dns
        case .exchanging: since + (hasResponded || !request.isComplete ? timeouts.body : timeouts.response)
        case .flushing, .draining: since + timeouts.body
        case .tunnelling: since + timeouts.tunnel
        case .lingering: since + timeouts.linger
        }
    }

    /// The call ends in a way that no other method tells of.
    package mutating func callEnded(at time: SteadyTime) { times.ended(at: time) }

    /// The connection to the client has to end with this exchange.
    package mutating func closeAfterwards() { closes = true }

    /// The client took bytes that had waited for it.
    package mutating func bytesTaken(at time: SteadyTime) { since = max(since, time) }

    package var isHeadRequest: Bool { method == .head }

    /// Whether the client finds the end of the response under way by the end of the connection.
    package var isEndedByClose: Bool { hasResponded && (response.framing == .untilClose || unchunks) }

    /// What is recorded of how the call went.
    package var callFlags: CallFlags {
        var flags: CallFlags = []
        if isReused { flags.insert(.reused) }
        if isRetried { flags.insert(.retried) }
        if method == .connect { flags.insert(.tunnel) }
        return flags
    }

    /// How a complete response ends its call.
    package var responseEnd: CallEnd { parentError.map { .failed($0) } ?? CallEnd(Outcome(status: Int(status))) }
}

/// The times of the stages in microseconds.
package struct ExchangeTimeouts: Sendable, Hashable {
    package var idle: UInt64
    package var head: UInt64
    package var connect: UInt64
    package var dns: UInt64
    package var response: UInt64
    package var body: UInt64
    package var tunnel: UInt64
    package var linger: UInt64

    package init(
        idle: UInt64, head: UInt64, connect: UInt64, dns: UInt64, response: UInt64, body: UInt64, tunnel: UInt64,
        linger: UInt64
    ) {
        self.idle = idle
        self.head = head
        self.connect = connect
        self.dns = dns
        self.response = response
        self.body = body
        self.tunnel = tunnel
        self.linger = linger
    }
}
