import VenusCore

/// The way of an intercepted tunnel to its first request.
///
/// ```
/// assigning … connecting ─▶ intercepting ─▶ securing ─▶ intercepting ─▶ idle
/// ```
extension ExchangeStateMachine {
    /// The client is told that its tunnel is open, or the origin's handshake is over: the client's own is next.
    package mutating func tunnelPromised(at time: SteadyTime) {
        precondition(method == .connect, "only a tunnel is promised")
        bookPhase(until: time)
        stage = .intercepting
        since = time
        status = 200
    }

    /// The client's handshake is done, after so many microseconds; its requests can be read.
    package mutating func tunnelUncovered(handshake: UInt64, at time: SteadyTime) {
        precondition(stage == .intercepting, "only a tunnel that was promised is uncovered")
        times.add(handshake, to: .tls)
        stage = .idle
        since = time
        closes = false
    }

    /// The two have agreed on HTTP/2: what comes is of streams.
    package mutating func multiplexes(at time: SteadyTime) {
        precondition(stage == .idle, "only a tunnel that was uncovered is multiplexed")
        stage = .multiplexing
        since = time
    }

    /// The times before the first request of an uncovered tunnel, which are this call's as well.
    package mutating func preceded(by setup: CallTimes) { times.precede(by: setup) }
}
