package import VenusCore

extension ExchangeStateMachine {
    /// What to do with a response head.
    package enum ResponseHeadAction: Sendable, Hashable {
        /// Pass the 1xx response on, and read on for the final one.
        case forwardInterim
        /// Leave the 1xx response out: the client speaks HTTP/1.0.
        case dropInterim
        /// Pass the 101 on: from here on the connection is a tunnel; tell by ``upgraded(at:)``.
        case upgrade
        /// Pass the head on; its body follows.
        case forward(close: Bool, chunked: Bool)
        /// It cannot be used.
        case fail(ErrorType)
    }

    /// A valid response head is here. `isStopping`: the proxy stops, so connections end with their responses.
    /// `acceptsOffer`: it is a 101 to a protocol that the request offers.
    package mutating func responseHead(
        _ head: ResponseHead, acceptsOffer: Bool = false, at time: SteadyTime, isStopping: Bool
    ) -> ResponseHeadAction {
        precondition(stage == .exchanging && !hasResponded, "a response belongs to a request")
        hasResponseBytes = true
        since = time
        if head.isInterim {
            // Before the whole request is there, nobody can switch (RFC 9110, section 7.8).
            if head.status == 101 { return acceptsOffer && request.isComplete ? .upgrade : .fail(.httpUpgradeFailed) }
            if head.status == 100 { awaitsContinue = false }
            interimResponses += 1
            guard interimResponses <= Self.maximumInterimResponses else { return .fail(.httpProtocolError) }
            return isVersion10 ? .dropInterim : .forwardInterim
        }
        times.firstByteCame(at: time)
        hasResponded = true
        status = head.status
        response = BodyDecoder(.response(head, to: method))
        let isChunked = head.flags.contains(.chunked)
        unchunks = isVersion10 && response.framing == .chunked
        upstreamPersists =
            !head.flags.contains(.close) && !head.flags.contains(.version10)
            && response.framing != .untilClose
        // An error that comes before the request is complete ends the connection: the rest may be long.
        let isEarlyError = !request.isComplete && head.status >= 400
        // Who was told the end of the story while waiting for a 100 may send its body or not (RFC 9110, section
        // 10.1.1): what comes next could be either that or a request.
        closes = closes || isStopping || response.framing == .untilClose || isEarlyError || awaitsContinue
        // So much would not be thrown away before the next request: better to say so now than to break off later.
        if let left = request.bytesLeft, left > UInt64(Self.maximumDrainedBytes) { closes = true }
        return .forward(close: closes, chunked: isChunked && !isVersion10)
    }

    /// The 101 goes to the client, and the connection is a tunnel.
    package mutating func upgraded(at time: SteadyTime) {
        precondition(stage == .exchanging && !hasResponded && request.isComplete, "only a request is upgraded")
        times.firstByteCame(at: time)
        times.ended(at: time)
        hasResponded = true
        status = 101
        stage = .tunnelling
        since = time
        closes = true
    }

    /// Takes bytes of the response's body and says how many belong to it; `nil` if they break its framing.
    package mutating func responseBytes(_ bytes: Span<UInt8>, at time: SteadyTime) -> Int? {
        since = time
        return response.consume(bytes)
    }

    /// The same, taking the chunked coding off: the content is moved to the front.
    package mutating func responseBytesUnchunked(
        _ bytes: inout MutableSpan<UInt8>, at time: SteadyTime
    ) -> (taken: Int, content: Int)? {
        since = time
        return response.unchunk(&bytes)
    }

    /// The final response's head cannot be handed on after all: to the client, nothing has come.
    package mutating func responseWithdrawn() {
        precondition(hasResponded, "only a response that came is withdrawn")
        hasResponded = false
        status = 0
    }

    /// What to do now that the response is complete and handed to the client.
    package enum Completion: Sendable, Hashable {
        /// Wait until the client has taken it all; then ask ``flushed(at:)``.
        case flush
        /// The call ends as a success or with its status; go on as told.
        case end(Afterwards)
    }

    package enum Afterwards: Sendable, Hashable {
        /// Read the next request.
        case next
        /// Throw the rest of the request away before the next.
        case drain
        /// Shut our side, throw away what still comes, and close.
        case linger
        /// Close at once: the client has nothing under way.
        case close
    }

    /// The last byte of the response came and was handed on; `isPending` while some of it waits for the client.
    package mutating func responseCompleted(isPending: Bool, at time: SteadyTime) -> Completion {
        precondition(hasResponded && response.isComplete, "a response is complete when its body is")
        times.ended(at: time)
        since = time
        if isPending {
            stage = .flushing
            return .flush
        }
        return .end(afterwards(at: time))
    }

    /// The client has taken the last byte.
    package mutating func flushed(at time: SteadyTime) -> Afterwards {
        precondition(stage == .flushing, "only a pending response is flushed")
        return afterwards(at: time)
    }

    mutating func afterwards(at time: SteadyTime) -> Afterwards {
        since = time
        if request.isComplete {
            stage = closes ? .lingering : .idle
            return closes ? .close : .next
        }
        stage = closes ? .lingering : .draining
        return closes ? .linger : .drain
    }

    /// What to do with bytes that are thrown away while draining.
    package enum Draining: Sendable, Hashable {
        case goOn
        /// The request is complete; so many of the bytes belonged to it.
        case next(Int)
        case close
    }

    /// Bytes of a request came whose response is done.
    package mutating func drained(_ bytes: Span<UInt8>, at time: SteadyTime) -> Draining {
        drainedBytes += bytes.count
        guard drainedBytes <= Self.maximumDrainedBytes, let taken = request.consume(bytes) else { return .close }
        guard request.isComplete else { return .goOn }
        stage = .idle
        since = time
        return .next(taken)
    }

    /// Bytes came after our last word; whether to go on throwing them away.
    package mutating func discarded(_ count: Int) -> Bool {
        drainedBytes += count
        return drainedBytes <= Self.maximumDrainedBytes
    }
}
