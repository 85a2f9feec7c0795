import CNGHTTP2
package import VenusCore

/// What a read from a stream came to.
package enum HTTP2Transfer: Sendable, Hashable {
    /// So many bytes, at least one.
    case moved(Int)
    /// Nothing now.
    case wouldBlock
    /// The peer is done with this exchange, and so are we.
    case ended
    /// The stream was reset, or the connection has broken.
    case failed
}

extension HTTP2Session {
    /// A stream that the peer has opened since, with its head complete; `nil`: no further one.
    package func nextOpened() -> Int32? { opened.popLast() }

    /// A stream that may be able to do what it could not do before; `nil`: no further one.
    package func nextReady() -> Int32? {
        while let key = ready.popLast() {
            guard let stream = streams[key] else { continue }
            stream.isListed = false
            if !stream.isReleased { return key }
        }
        return nil
    }

    /// Streams that the loop has.
    package var openStreams: Int {
        streams.values.reduce(0) { $0 + ($1.isReleased ? 0 : 1) }
    }

    /// Streams of any kind, those among them whose last bytes wait for the peer.
    package var streamCount: Int { streams.count }

    /// Whether another request can be sent now.
    package var canOpen: Bool {
        guard role == .client, !isBroken, excess == nil, nghttp2_session_check_request_allowed(native) != 0 else {
            return false
        }
        let allowed = nghttp2_session_get_remote_settings(native, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
        return streams.count < Int(min(allowed, bounds.concurrentStreams))
    }

    /// A stream for a request of ours, which is yet to be written.
    package func open() -> Int32 {
        precondition(role == .client, "a server opens no streams")
        lastKey &+= 1
        let stream = HTTP2Stream(key: lastKey, memory: memory)
        stream.movedAt = now
        streams[lastKey] = stream
        return lastKey
    }

    /// Reads what the peer has sent, in HTTP/1.1.
    package func read(_ key: Int32, into memory: UnsafeMutablePointer<UInt8>, capacity: Int) -> HTTP2Transfer {
        guard let stream = streams[key] else { return .failed }
        let isAnswered = role == .server && stream.message.stage == .complete
        if isAnswered {
            discardInbound(stream)
            return .ended
        }
        let count = stream.inbound.take(into: memory, capacity: capacity)
        guard count == 0 else {
            // Framing around the content only makes it more: when all is read, all is credited.
            credit(stream, min(count, stream.uncredited))
            return .moved(count)
        }
        guard stream.isClosed else { return .wouldBlock }
        return stream.inboundEnded ? .ended : .failed
    }

    /// Whether a read would not block.
    package func isReadable(_ key: Int32) -> Bool {
        guard let stream = streams[key] else { return true }
        return !stream.inbound.isEmpty || isOver(stream)
    }

    /// Whether a write would not block.
    package func isWritable(_ key: Int32) -> Bool {
        guard let stream = streams[key] else { return true }
        return stream.outbound.count < bounds.outboundBytes || stream.isClosed
    }

    /// Whether the peer has left the stream, or the exchange is done.
    package func isOver(_ key: Int32) -> Bool { streams[key].map(isOver) ?? true }

    private func isOver(_ stream: HTTP2Stream) -> Bool {
        stream.isClosed || role == .server && stream.message.stage == .complete
    }

    /// How the stream's call ended by its gRPC status; `nil` if that is not what it carries, or not yet known.
    package func grpcStatus(_ key: Int32) -> GRPCStatus? {
        guard let message = streams[key]?.message, message.isGRPC else { return nil }
        // A server that says nothing has failed (gRPC's core documentation).
        return message.grpcStatus ?? (message.stage == .complete ? .unknown : nil)
    }

    /// The loop lets go of the stream. What it has written completely goes out; everything else is reset, also, if
    /// `withReset`, what only the end of the connection would end.
    package func release(_ key: Int32, withReset: Bool = false) {
        guard let stream = streams[key], !stream.isReleased else { return }
        stream.isReleased = true
        guard !stream.isClosed else { return remove(stream) }
        discardInbound(stream)
        switch stream.message.stage {
        case .content where stream.message.framing == .untilClose && !withReset:
            stream.message.stage = .complete
            resume(stream)
        case .complete:
            if stream.hasSentEnd { stopInbound(stream) }
        case .head, .content, .broken:
            reset(stream, role == .server ? NGHTTP2_INTERNAL_ERROR : NGHTTP2_CANCEL)
        }
    }

    /// The loop has written its last, and still listens: what only the end of the connection would end is complete.
    package func finish(_ key: Int32) {
        guard let stream = streams[key], stream.message.stage == .content, stream.message.framing == .untilClose else {
            return
        }
        stream.message.stage = .complete
        resume(stream)
        list(stream)
    }

    /// Ends streams that the loop has let go of, and whose peer has taken nothing of the rest since `time`.
    package func dropStalled(since time: SteadyTime) {
        for stream in streams.values where stream.isReleased && !stream.isClosed && stream.movedAt <= time {
            reset(stream, NGHTTP2_CANCEL)
        }
    }

    // MARK: For the callbacks

    func list(_ stream: HTTP2Stream) {
        guard !stream.isListed, !stream.isReleased else { return }
        stream.isListed = true
        ready.append(stream.key)
    }

    /// HTTP/2 is done with the stream.
    func close(_ stream: HTTP2Stream) {
        guard !stream.isClosed else { return }
        stream.isClosed = true
        stream.outbound.removeAll()
        // What was reset before its head was complete is not the loop's.
        if stream.isReleased || role == .server && !stream.hasHead { remove(stream) } else { list(stream) }
    }

    private func remove(_ stream: HTTP2Stream) {
        discardInbound(stream)
        streams[stream.key] = nil
        guard stream.id != 0 else { return }
        nghttp2_session_set_stream_user_data(native, stream.id, nil)
    }

    /// We have sent our last on a stream that the loop has let go of: the peer need not go on either.
    func stopInbound(_ stream: HTTP2Stream) {
        guard !stream.inboundEnded else { return }
        reset(stream, role == .server ? NGHTTP2_NO_ERROR : NGHTTP2_CANCEL)
    }

    func reset(_ stream: HTTP2Stream, _ code: nghttp2_error_code) {
        guard !stream.isClosed, !isBroken else { return }
        guard stream.id != 0 else { return close(stream) }
        check(nghttp2_submit_rst_stream(native, 0, stream.id, code.rawValue))
    }

    func credit(_ stream: HTTP2Stream, _ count: Int) {
        guard count > 0, !isBroken else { return }
        stream.uncredited -= count
        check(nghttp2_session_consume_stream(native, stream.id, count))
    }

    private func discardInbound(_ stream: HTTP2Stream) {
        stream.inbound.removeAll()
        // Its window stays shut: who sends to nobody shall stop.
        stream.uncredited = 0
    }
}
