import VenusCore

/// Sees what can be seen of a CONNECT tunnel without opening it: what TLS says in the clear, when its handshake ends or
/// fails, and after that the exchanges, by the lengths and times of records.
///
/// Without I/O; time is an input. About 500 bytes, whatever passes through.
package struct TunnelObserver: Sendable {
    enum Stage: Sendable {
        /// Nothing came yet.
        case silent
        /// It began like TLS, and the client's first message is not complete.
        case clientHello
        case handshake(TLSHandshakeStateMachine)
        /// TLS, with one request after the other as far as is known.
        case exchanges
        /// TLS with something else inside: bytes and activity only.
        case stream
        /// No TLS: nothing is looked at.
        case opaque
    }

    /// What was seen.
    package struct Sight: Sendable, Hashable {
        /// The tunnel's call is known: it was established, or never will be. At most once a tunnel.
        package var call: EstablishedTunnel?
        /// An exchange has ended.
        package var exchange: EstimatedExchange?
        /// Whether these bytes are wanted once more, in front of those that come next of this side.
        package var keepsBytes = false
        /// Where the server's name lies in the output memory; empty unless it has just been read.
        package var serverName = 0..<0

        package init() {}
    }

    /// What is to be recorded at the end, before the end itself.
    package struct Ending: Sendable, Hashable {
        package var call: EstablishedTunnel?
        package var exchange: EstimatedExchange?
        package var end: TunnelEnd
        /// Whether the side that ended had announced it.
        package var isAnnounced = false

        init(_ end: TunnelEnd) { self.end = end }
    }

    /// Microseconds that the tunnel's call may wait for its application protocol to show.
    package static let decisionTime: UInt64 = 2_000_000
    /// So often has the dependency spoken without being asked, and the tunnel carries no requests and responses.
    package static let maximumUnasked = 3

    var stage = Stage.silent
    var client = Direction()
    var server = Direction()
    var estimator = ExchangeEstimator(version: nil, handshakeEnd: .zero, roundTrip: 0)
    var guess = ApplicationProtocolGuess()
    var version: TLSVersion?
    /// The client's first byte, and the dependency's.
    var began = SteadyTime.zero
    var answered = SteadyTime.zero
    var handshakeEnd = SteadyTime.zero
    /// Bytes by which the client pads each of its records.
    var clientPadding = 0
    var isCallKnown = false
    /// Whether the dependency has sent anything but tickets and alerts since the handshake.
    var hasServerData = false
    var alert: ErrorType?
    var farewell: Farewell?

    /// One side's bytes.
    struct Direction: Sendable {
        var records = TLSRecordReader()
        var lastByte = SteadyTime.zero
        /// Whether the record under way belongs to the open exchange.
        var isOwned = false
    }

    /// Who ended the tunnel, as far as is known while it goes on: the first to announce it, or to say its last byte.
    struct Farewell: Sendable {
        var side: TunnelStateMachine.Side
        var isAnnounced: Bool
    }

    package init() {}

    /// Whether the tunnel's bytes are recorded with its handshake and exchanges, not as activity.
    package var makesExchanges: Bool {
        switch stage {
        case .clientHello, .handshake, .exchanges: true
        case .silent, .stream, .opaque: false
        }
    }

    /// Whether a handshake is under way, whose end is to be awaited before the tunnel's call is recorded.
    package var isShakingHands: Bool {
        switch stage {
        case .clientHello, .handshake: true
        case .exchanges: !isCallKnown
        case .silent, .stream, .opaque: false
        }
    }

    /// Whether there is nothing to see.
    package var isOpaque: Bool { if case .opaque = stage { true } else { false } }

    /// Whether one can see that nothing is under way: nothing was ever said, or it is TLS between two exchanges.
    package var isIdle: Bool {
        switch stage {
        case .silent: true
        case .exchanges: estimator.isIdle
        case .clientHello, .handshake, .stream, .opaque: false
        }
    }

    /// The bytes of the exchange that is open.
    package var openBytes: TunnelAccount.Bytes { estimator.openBytes }

    /// When to call ``expired(at:)``.
    package var deadline: SteadyTime {
        guard case .exchanges = stage else { return .distantFuture }
        return isCallKnown ? estimator.deadline : min(estimator.deadline, handshakeEnd + Self.decisionTime)
    }

    /// The deadline has passed.
    package mutating func expired(at time: SteadyTime) -> Sight {
        var sight = Sight()
        guard case .exchanges = stage else { return sight }
        sight.exchange = estimator.expired(at: time)
        if !isCallKnown, sight.exchange != nil || handshakeEnd + Self.decisionTime <= time {
            sight.call = established()
        }
        return sight
    }

    /// A side has said its last byte at `time`: whatever is under way ends by that. `patience`: microseconds after
    /// which a caller that leaves has waited too long.
    package mutating func sideEnded(
        _ side: TunnelStateMachine.Side, at time: SteadyTime, patience: UInt64
    ) -> Sight {
        if farewell == nil { farewell = Farewell(side: side, isAnnounced: false) }
        return breakOff(.finished(by: side), at: time, patience)
    }

    private mutating func breakOff(_ end: TunnelEnd, at time: SteadyTime, _ patience: UInt64) -> Sight {
        var sight = Sight()
        switch stage {
        case .silent, .stream, .opaque: break
        case .clientHello:
            sight.call = failed(brokenOff(end, nil, at: time, patience), at: time)
            stage = .opaque
        case .handshake(let machine):
            version = machine.version
            sight.call = failed(brokenOff(end, machine, at: time, patience), at: time)
            stage = .opaque
        case .exchanges:
            if !isCallKnown { sight.call = established() }
            sight.exchange = estimator.ended(end, at: time, patience: patience)
        }
        return sight
    }

    /// The tunnel has ended at `time`.
    package mutating func ended(_ end: TunnelEnd, at time: SteadyTime, patience: UInt64) -> Ending {
        let sight = breakOff(end, at: time, patience)
        var ending = Ending(end)
        ending.call = sight.call
        ending.exchange = sight.exchange
        stage = .opaque
        // After an announced end the rest is a matter of taste: some close at once, some reset what they no longer
        // read.
        if let farewell, farewell.isAnnounced, end.side != nil {
            ending.end = TunnelEnd(
                side: farewell.side, errorType: end.errorType == .connectionTerminated ? nil : end.errorType)
            ending.isAnnounced = true
        }
        if let alert { ending.end.errorType = alert }
        return ending
    }

    /// How a tunnel's call ends whose handshake was not finished.
    private func brokenOff(
        _ end: TunnelEnd, _ machine: TLSHandshakeStateMachine?, at time: SteadyTime, _ patience: UInt64
    ) -> CallEnd {
        switch end.side {
        case .dependency: return .failed(.connectionTerminated)
        case .client:
            // It waited for the dependency, unless it is the client's turn.
            let isWaiting = server.lastByte <= client.lastByte && machine != nil
            let waited = time.since(client.lastByte)
            return isWaiting && waited >= patience ? .failed(.callerTimeout) : CallEnd(.cancelled)
        case nil: return end.errorType.map { .failed($0) } ?? CallEnd(.cancelled)
        }
    }

    mutating func established() -> EstablishedTunnel {
        isCallKnown = true
        return EstablishedTunnel(
            CallEnd(.success), at: handshakeEnd, handshake: handshakeEnd.since(began),
            networkProtocol: NetworkProtocol(version, guess.choice))
    }

    mutating func failed(_ end: CallEnd, at time: SteadyTime) -> EstablishedTunnel {
        isCallKnown = true
        return EstablishedTunnel(
            end, at: time, handshake: time.since(began), networkProtocol: NetworkProtocol(version, .undecided))
    }
}
