import VenusCore

/// One client connection as it goes from request to request: what is awaited, what may be sent, and how each call ends.
///
/// Without I/O; time is an input. The loop tells it what happened and does what it answers.
///
/// ```
/// idle ─▶ head ─▶ assigning ─▶ blocked ─▶ resolving ─▶ connecting ─▶ exchanging ─▶ flushing ─▶ idle
///                    └───────────┴─────────────┴────────────┤            ├─▶ draining ─▶ idle
///                                                           ▼            ▼
///                                                       tunnelling ◀─┴─▶ lingering ─▶ (closed by the loop)
/// ```
package struct ExchangeStateMachine: Sendable {
    package enum Stage: UInt8, Sendable {
        /// No byte of the next request is here.
        case idle
        /// A part of a head is here.
        case head
        /// A request is here, and the pool is about to say where it goes.
        case assigning
        /// The call waits for a connection, because its dependency's are all in use.
        case blocked
        /// The dependency's name is being resolved.
        case resolving
        /// A connection is being made.
        case connecting
        /// The handshake of TLS with the dependency is under way.
        case securing
        /// The client of a tunnel that is intercepted is told that it is open; its handshake with us is awaited, or
        /// under way.
        case intercepting
        /// Inside its tunnel the connection speaks HTTP/2: each of its streams is a connection of its own.
        case multiplexing
        /// Request and response pass through.
        case exchanging
        /// The response is complete; its last bytes wait for the client to take them.
        case flushing
        /// The response is done while the request's body still comes: it is thrown away, up to a limit.
        case draining
        /// A tunnel is open, by CONNECT or an upgrade; `TunnelStateMachine` has the word.
        case tunnelling
        /// Our last word is said and our side is shut: what still comes is thrown away, so that the client can read it.
        case lingering
    }

    /// Most 1xx responses to one request.
    package static let maximumInterimResponses = 32
    /// Most bytes that are thrown away for the sake of a client that has not finished its request.
    package static let maximumDrainedBytes = 256 << 10

    package internal(set) var stage = Stage.idle
    /// When the stage began, or what is awaited in it last moved on.
    package internal(set) var since = SteadyTime.zero
    package internal(set) var method = Method.get
    package internal(set) var request = BodyDecoder(.none)
    package internal(set) var response = BodyDecoder(.none)
    package internal(set) var times = CallTimes()
    package internal(set) var status: UInt16 = 0
    /// What an upstream proxy that answers in the place of the dependency says went wrong.
    var parentError: ErrorType?
    /// Whether the final response's head has come.
    package internal(set) var hasResponded = false
    /// Whether any byte of a response has come.
    package internal(set) var hasResponseBytes = false
    package internal(set) var isReused = false
    package internal(set) var isRetried = false
    /// Whether the connection to the client ends with this exchange.
    package internal(set) var closes = false
    /// Whether the chunked coding is taken off, for a client of HTTP/1.0.
    package internal(set) var unchunks = false
    /// Whether the upstream connection can be used again after the response.
    package internal(set) var upstreamPersists = false
    var isVersion10 = false
    /// Whether the client has said that it sends no other request.
    var isLastRequest = false
    var isReplayable = false
    /// Whether the client may be holding its body back until it gets a 100.
    var awaitsContinue = false
    var interimResponses: UInt8 = 0
    var drainedBytes = 0

    package init() {}

    package init(now: SteadyTime) { since = now }

    // MARK: The request

    /// The first bytes of a head are here, and it is not complete.
    package mutating func headBegan(at time: SteadyTime) {
        guard stage == .idle else { return }
        stage = .head
        since = time
    }

    /// A valid head is here: a call begins.
    package mutating func requestBegan(_ head: RequestHead, at time: SteadyTime, wallTime: Int64) {
        precondition(stage == .idle || stage == .head, "a request begins after the one before has ended")
        self = ExchangeStateMachine()
        method = head.method
        isVersion10 = head.flags.contains(.version10)
        // A proxy keeps no connection to a client of HTTP/1.0 open (RFC 9112, section 9.3).
        isLastRequest = isVersion10 || head.flags.contains(.close)
        closes = isLastRequest
        request = BodyDecoder(BodyFraming.request(head))
        times = CallTimes(start: time, wallStart: wallTime)
        isReplayable = method.isIdempotent && request.isComplete
        awaitsContinue = head.flags.contains(.expectsContinue) && !request.isComplete
        stage = .assigning
        since = time
    }

    /// Takes bytes of the request's body and says how many belong to it; `nil` if they break its framing.
    package mutating func requestBytes(_ bytes: Span<UInt8>, at time: SteadyTime) -> Int? {
        guard let count = request.consume(bytes) else { return nil }
        if count > 0 { awaitsContinue = false }
        if count > 0, stage == .exchanging { requestMoved(at: time) }
        return count
    }

    /// Bytes of the request's body were handed on.
    package mutating func requestMoved(at time: SteadyTime) {
        since = time
        if !hasResponseBytes { times.bodyProgressed(at: time) }
    }

    // MARK: The way to a connection

    /// Enters one of the stages before the exchange; the time in the stage before is booked to its phase.
    package mutating func awaitConnection(_ next: Stage, at time: SteadyTime) {
        bookPhase(until: time)
        stage = next
        since = time
    }

    /// A connection is there, and the request goes out on it.
    package mutating func connected(isReused: Bool, at time: SteadyTime) {
        bookPhase(until: time)
        self.isReused = isReused
        stage = .exchanging
        since = time
        times.requestProgressed(at: time)
    }

    /// The CONNECT tunnel is open.
    package mutating func tunnelOpened(at time: SteadyTime) {
        bookPhase(until: time)
        stage = .tunnelling
        since = time
        closes = true
        status = 200
    }

    mutating func bookPhase(until time: SteadyTime) {
        switch stage {
        case .blocked: times.add(time.since(since), to: .blocked)
        case .resolving: times.add(time.since(since), to: .dns)
        case .connecting: times.add(time.since(since), to: .connect)
        case .securing: times.add(time.since(since), to: .tls)
        case .idle, .head, .assigning, .intercepting, .multiplexing, .exchanging, .flushing, .draining, .tunnelling,
            .lingering:
            break
        }
    }
}
