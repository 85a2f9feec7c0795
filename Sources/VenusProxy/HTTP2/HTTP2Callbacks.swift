import CNGHTTP2

/// What nghttp2 calls, led to the session that it belongs to. A callback never leaves a Swift error or a lock behind.
enum HTTP2Callbacks {
    static func install(_ callbacks: OpaquePointer?) {
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, context in
            guard let session = HTTP2Session.of(context), let frame else { return HTTP2Callbacks.fatal }
            return session.sectionBegan(frame.pointee.headers)
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameLength, value, valueLength, _, context in
            guard let session = HTTP2Session.of(context), let frame else { return HTTP2Callbacks.fatal }
            return session.fieldCame(
                frame.pointee.headers, UnsafeBufferPointer(start: name, count: nameLength),
                UnsafeBufferPointer(start: value, count: valueLength))
        }
        nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks) { _, _, _, _, _, _, _, _ in
            // Without this nghttp2 would leave the field out, and let the message pass.
            HTTP2Callbacks.resetStream
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, id, bytes, length, context in
            guard let session = HTTP2Session.of(context) else { return HTTP2Callbacks.fatal }
            return session.contentCame(id, UnsafeBufferPointer(start: bytes, count: length))
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, context in
            guard let session = HTTP2Session.of(context), let frame else { return HTTP2Callbacks.fatal }
            session.frameCame(frame.pointee)
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, context in
            guard let session = HTTP2Session.of(context), let frame else { return HTTP2Callbacks.fatal }
            session.frameSent(frame.pointee)
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, _, context in
            guard let session = HTTP2Session.of(context) else { return HTTP2Callbacks.fatal }
            if let stream = session.stream(id) { session.close(stream) }
            return 0
        }
    }

    static let fatal = NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
    /// The stream ends; the session goes on.
    static let resetStream = NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue

    /// For content that is to be sent.
    static let source: nghttp2_data_source_read_callback = { _, id, memory, capacity, flags, _, context in
        guard let session = HTTP2Session.of(context), let memory, let flags, let stream = session.stream(id) else {
            return Int(HTTP2Callbacks.resetStream)
        }
        return session.fill(UnsafeMutableBufferPointer(start: memory, count: capacity), from: stream, &flags.pointee)
    }
}

extension HTTP2Session {
    /// The session that was given to nghttp2 as its callbacks' context, and holds nghttp2's.
    static func of(_ context: UnsafeMutableRawPointer?) -> HTTP2Session? {
        context.map { Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The stream with this number, which the loop may have let go of already.
    func stream(_ id: Int32) -> HTTP2Stream? {
        guard !isBroken else { return nil }
        // What was set there is in `streams` until it is taken out of both.
        return nghttp2_session_get_stream_user_data(native, id).map {
            Unmanaged<HTTP2Stream>.fromOpaque($0).takeUnretainedValue()
        }
    }
}
