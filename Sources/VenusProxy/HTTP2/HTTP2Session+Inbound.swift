import CNGHTTP2

/// What comes from the peer, put into the form of HTTP/1.1.
extension HTTP2Session {
    /// What a field counts for beside its bytes (RFC 9113, section 6.5.2).
    private static let fieldOverhead = 32

    /// A field section begins: of a new request, a response, or trailers.
    func sectionBegan(_ headers: nghttp2_headers) -> Int32 {
        listBytes = 0
        if role == .server, headers.cat == NGHTTP2_HCAT_REQUEST {
            let stream = HTTP2Stream(key: headers.hd.stream_id, memory: memory)
            stream.id = headers.hd.stream_id
            stream.movedAt = now
            streams[stream.key] = stream
            let pointer = Unmanaged.passUnretained(stream).toOpaque()
            nghttp2_session_set_stream_user_data(native, stream.id, pointer)
        } else if let stream = stream(headers.hd.stream_id) {
            stream.builder = HTTP2HeadBuilder()
        }
        return 0
    }

    func fieldCame(
        _ headers: nghttp2_headers, _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>
    ) -> Int32 {
        listBytes += name.count + value.count + Self.fieldOverhead
        guard listBytes <= bounds.fieldListBytes else { return exceed(.fieldSection) }
        guard let stream = stream(headers.hd.stream_id) else { return 0 }
        // nghttp2 refuses these; a line end that got through would make two fields of one.
        guard !value.contains(where: { $0 == 0x0D || $0 == 0x0A || $0 == 0 }) else {
            return HTTP2Callbacks.resetStream
        }
        if stream.hasHead { stream.builder.addTrailer(name, value) } else { stream.builder.add(name, value) }
        return 0
    }

    func frameCame(_ frame: nghttp2_frame) {
        guard let stream = stream(frame.hd.stream_id) else { return }
        let isEnded = frame.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        switch frame.hd.type {
        case UInt8(NGHTTP2_HEADERS.rawValue):
            if stream.hasHead {
                endContent(stream, trailers: true)
            } else if role == .server {
                requestCame(stream, isEnded: isEnded)
            } else {
                responseCame(stream, isEnded: isEnded)
            }
        case UInt8(NGHTTP2_DATA.rawValue) where isEnded: endContent(stream, trailers: false)
        default: break
        }
    }

    private func requestCame(_ stream: HTTP2Stream, isEnded: Bool) {
        stream.hasHead = true
        stream.inboundEnded = isEnded
        stream.method = stream.builder.method.elementsEqual("HEAD".utf8) ? .head : .other
        // A tunnel in a tunnel, and what may mean two places, are answered here.
        if stream.builder.isConnect { return answer(stream, "501", "http_request_denied") }
        if stream.builder.isAmbiguous { return answer(stream, "400", "http_request_error") }
        stream.isChunked = stream.builder.writeRequest(into: &stream.inbound, isEnded: isEnded)
        stream.builder = HTTP2HeadBuilder()
        opened.append(stream.key)
        list(stream)
    }

    /// Answers a request that the loop never sees.
    private func answer(_ stream: HTTP2Stream, _ status: String, _ error: String) {
        var block = HTTP2FieldBlock()
        block.append(":status", status.utf8)
        block.append("proxy-status", "venus; error=\(error)".utf8)
        block.append("content-length", "0".utf8)
        stream.message.stage = .complete
        stream.isReleased = true
        block.withNative { check(nghttp2_submit_response(native, stream.id, $0, $1, nil)) }
    }

    private func responseCame(_ stream: HTTP2Stream, isEnded: Bool) {
        let builder = stream.builder
        stream.builder = HTTP2HeadBuilder()
        let isToHead = stream.method == .head
        stream.isChunked = builder.writeResponse(into: &stream.inbound, isEnded: isEnded, isToHead: isToHead)
        stream.hasHead = !builder.isInterim || builder.isTooLarge
        stream.inboundEnded = isEnded
        if stream.isReleased { stream.inbound.removeAll() }
        list(stream)
    }

    func contentCame(_ id: Int32, _ bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
        // At once: a stream that is not read holds up no other. Its own window bounds what it may send.
        check(nghttp2_session_consume_connection(native, bytes.count))
        guard let stream = stream(id), !stream.isReleased, !stream.builder.isTooLarge else { return 0 }
        guard stream.inbound.count + bytes.count <= bounds.inboundBytes else { return exceed(.framing) }
        guard memory.hasRoom else {
            reset(stream, role == .server ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_CANCEL)
            return 0
        }
        stream.uncredited += bytes.count
        if stream.isChunked { stream.inbound.append(chunkOf: bytes.count) }
        stream.inbound.append(bytes)
        if stream.isChunked { stream.inbound.append("\r\n") }
        list(stream)
        return 0
    }

    /// Too much: nghttp2 stops where it is, and ``receive(_:at:)`` ends the session.
    private func exceed(_ excess: HTTP2FrameScanner.Excess) -> Int32 {
        noticed = excess
        return NGHTTP2_ERR_PAUSE.rawValue
    }

    /// The peer has sent its last on this stream.
    private func endContent(_ stream: HTTP2Stream, trailers: Bool) {
        stream.inboundEnded = true
        guard !stream.isReleased else { return }
        list(stream)
        guard stream.isChunked else { return }
        guard trailers else { return stream.inbound.append("0\r\n\r\n") }
        if stream.builder.isTooLarge || !stream.builder.writeTrailers(into: &stream.inbound) {
            stream.inboundEnded = false
            reset(stream, NGHTTP2_ENHANCE_YOUR_CALM)
        }
    }
}
