import VenusCore

/// Makes exchanges out of the bursts of a tunnel: the client's bytes, then the dependency's, until the client's next.
///
/// Without I/O; time is an input. It is told of records with data, and of bytes where records could not be followed.
/// An exchange ends at the dependency's last byte, and is known to have ended at the client's next burst or after a
/// silence. Two requests on their way at the same time (pipelining) look like one.
package struct ExchangeEstimator: Sendable {
    /// Microseconds of silence after a response that close its exchange.
    package static let silence: UInt64 = 2_000_000
    /// The same where all that came may have been a session ticket: the response may take longer.
    package static let ticketSilence: UInt64 = 10_000_000

    /// When the client began; `zero`: no exchange is open.
    private var start = SteadyTime.zero
    private var requestEnd = SteadyTime.zero
    private var firstByte = SteadyTime.zero
    private var lastByte = SteadyTime.zero
    private var bytes = TunnelAccount.Bytes()
    /// Of the response: its records, and the length of the first.
    private var responseRecords = 0
    private var firstRecordBytes = 0
    private var tickets: SessionTicketFilter
    private let interimBytes: ClosedRange<Int>
    /// Exchanges that were closed.
    private var count = 0
    /// How often the dependency has spoken without being asked: counted when it begins, and again every
    /// ``silence`` for as long as it goes on.
    package private(set) var unasked = 0
    private var unaskedUntil = SteadyTime.zero
    /// The open exchange is that of a request that came before the handshake's end.
    private var isEarly = false

    /// The last exchange was closed though all that came may have been a session ticket.
    private var isAnswerDoubtful = false

    /// `version`: of TLS. `handshakeEnd`: then the server sends tickets, which are here `roundTrip` microseconds later.
    package init(version: TLSVersion?, handshakeEnd: SteadyTime, roundTrip: UInt64) {
        // 25 bytes of `HTTP/1.1 100 Continue` and what encryption adds: 17 bytes, before TLS 1.3 between 16 and 24.
        interimBytes = version == .tls13 ? 42...42 : 41...49
        tickets = SessionTicketFilter(
            isExpecting: version == .tls13, handshakeEnd: handshakeEnd, roundTrip: roundTrip)
    }

    package var isOpen: Bool { start != .zero }
    private var isAnswered: Bool { firstByte != .zero }
    /// The bytes of the open exchange, with what may yet turn out to be its response.
    package var openBytes: TunnelAccount.Bytes {
        var bytes = bytes
        if isOpen, !isAnswered, let candidate = tickets.candidate { bytes.received += candidate.bytes }
        return bytes
    }

    /// When to call ``expired(at:)``.
    package var deadline: SteadyTime {
        guard isOpen else { return .distantFuture }
        if isAnswered { return lastByte + Self.silence }
        guard let candidate = tickets.candidate else { return .distantFuture }
        return candidate.time + (candidate.isPrompt ? Self.ticketSilence : Self.silence)
    }

    /// More than the fields of a request: it has a body.
    private static let largestHeadBytes: UInt64 = 16_384

    /// Whether the request was still on its way when what may be a ticket came: there is more of it than fields, and
    /// its last byte until then was hardly at the dependency yet.
    private var isUploading: Bool {
        guard let candidate = tickets.candidate, bytes.sent > Self.largestHeadBytes else { return false }
        return candidate.time <= requestEnd + tickets.promptTime
    }

    /// Whether a request is open that has not been answered.
    package var isAwaitingAnswer: Bool { isOpen && !isAnswered }

    /// Whether nothing is under way. A dependency that has spoken without being asked may do so again: an answer that
    /// is streamed goes on after any silence.
    package var isIdle: Bool { !isOpen && unasked == 0 && !isAnswerDoubtful }

    // MARK: Records and bytes

    /// The handshake's end finds so many bytes of a request, sent before it, unanswered.
    package mutating func beganEarly(_ count: UInt64, at time: SteadyTime) {
        isEarly = true
        start = time
        requestEnd = time
        bytes.sent = count
    }

    /// Data of the client begins: a record, or bytes whose records are not known. `isFull`: a record that holds as much
    /// as one can. Answers with the exchange that ends by that.
    package mutating func clientBegan(isFull: Bool = false, at time: SteadyTime) -> EstimatedExchange? {
        // The client goes on: what came was its answer, unless it came in the middle of a large request. Its fields
        // alone fill no record: what does is the body, and it follows without a pause.
        if isOpen {
            let isBody = isFull && time <= requestEnd + tickets.promptTime
            if isUploading || isBody { tickets.dismissCandidate() } else { settle() }
        }
        if isAnswered, responseRecords == 1, interimBytes.contains(firstRecordBytes) {
            // The client was asked to go on with its request (RFC 9110, section 10.1.1).
            firstByte = .zero
            responseRecords = 0
        }
        if isOpen, !isAnswered {
            requestEnd = time
            isEarly = false
            return nil
        }
        let closed = isOpen ? close(at: lastByte) : nil
        tickets.requestBegan()
        isAnswerDoubtful = false
        start = time
        requestEnd = time
        return closed
    }

    /// Bytes of the client that belong to the open exchange.
    package mutating func clientMoved(_ count: Int, at time: SteadyTime) {
        bytes.sent += UInt64(count)
        if !isAnswered { requestEnd = time }
    }

    /// What a beginning of the dependency's is.
    package enum ServerData: Sendable, Hashable {
        /// Of the open exchange.
        case response
        case unasked
        /// A session ticket, or what may be one.
        case ticket
    }

    /// A record of the dependency with data begins, or a ticket.
    package mutating func serverBegan(_ length: Int, at time: SteadyTime) -> ServerData {
        switch tickets.record(length, at: time) {
        case .ticket, .undecided: return .ticket
        case .data: break
        case .dataAsBefore(let candidate): if isOpen { answer(candidate) }
        }
        return responded(length, at: time)
    }

    /// So many bytes of the dependency come whose records are not known.
    package mutating func serverBeganBlind(_ count: Int, at time: SteadyTime) -> ServerData {
        if let candidate = tickets.dataFollows(), isOpen { answer(candidate) }
        return responded(count - TLSRecord.headerBytes, at: time)
    }

    private mutating func responded(_ length: Int, at time: SteadyTime) -> ServerData {
        guard isOpen else {
            if time >= unaskedUntil {
                unasked += 1
                unaskedUntil = time + Self.silence
            }
            return .unasked
        }
        if responseRecords == 0 { firstRecordBytes = length }
        responseRecords += 1
        serverMoved(0, at: time)
        return .response
    }

    /// Bytes of the dependency that belong to the open exchange, if there is one.
    package mutating func serverMoved(_ count: Int, at time: SteadyTime) {
        guard isOpen else { return }
        if !isAnswered { firstByte = time }
        lastByte = time
        bytes.received += UInt64(count)
    }

    // MARK: Ends

    /// The deadline has passed.
    package mutating func expired(at time: SteadyTime) -> EstimatedExchange? {
        guard deadline <= time else { return nil }
        isAnswerDoubtful = !isAnswered && tickets.candidate?.isPrompt == true
        settle()
        return close(at: lastByte)
    }

    /// The tunnel has ended at `time`, or one side of it for good. `patience`: microseconds after which a caller that
    /// leaves has waited too long for an answer.
    package mutating func ended(_ end: TunnelEnd, at time: SteadyTime, patience: UInt64) -> EstimatedExchange? {
        guard isOpen else { return nil }
        settle()
        if isAnswered { return close(at: lastByte) }
        guard !isEarly else {
            // The dependency may not have taken it.
            abandon()
            return nil
        }
        let waited = time.since(requestEnd)
        var exchange = close(at: time)
        switch end.side {
        case .client: exchange.outcome = waited >= patience ? .failed(.callerTimeout) : CallEnd(.cancelled)
        case .dependency: exchange.outcome = CallEnd(.unknown, .connectionTerminated)
        case nil: exchange.outcome = CallEnd(end.errorType == nil ? .cancelled : .unknown, end.errorType)
        }
        return exchange
    }

    /// No more exchanges are to be made of this tunnel: the bytes of the open one count as any others.
    package mutating func abandon() {
        bytes = TunnelAccount.Bytes()
        start = .zero
        firstByte = .zero
        isEarly = false
    }

    /// What may have been a ticket was the answer, as there is no other.
    private mutating func settle() {
        guard !isAnswered, let candidate = tickets.takeCandidate() else { return }
        answer(candidate)
    }

    private mutating func answer(_ candidate: SessionTicketFilter.Candidate) {
        firstByte = candidate.time
        lastByte = candidate.time
        bytes.received += candidate.bytes
        responseRecords = 1
        firstRecordBytes = candidate.length
    }

    private mutating func close(at end: SteadyTime) -> EstimatedExchange {
        let exchange = EstimatedExchange(
            start: start, requestEnd: requestEnd, firstByte: isAnswered ? firstByte : nil, end: end, bytes: bytes,
            isReused: count > 0)
        count += 1
        start = .zero
        firstByte = .zero
        responseRecords = 0
        bytes = TunnelAccount.Bytes()
        isEarly = false
        return exchange
    }
}
