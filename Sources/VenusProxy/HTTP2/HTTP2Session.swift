import CNGHTTP2

/// One HTTP/2 connection, without I/O: bytes in, bytes out, and each stream a conversation in HTTP/1.1.
///
/// A stream reads and writes like a connection of HTTP/1.1 that carries one exchange, so that the rules of exchanges,
/// their limits, and what is recorded are the same for both. nghttp2 has the protocol's rules; bounds beyond its own
/// are ``HTTP2FrameScanner``'s. Confined to its loop's thread, and never called by two at a time.
package final class HTTP2Session {
    package enum Role: Sendable {
        /// The peer sends the requests.
        case server
        /// We do.
        case client
    }

    package let role: Role
    let bounds: HTTP2Bounds
    let memory: HTTP2Memory
    /// nghttp2's; set once, at the end of `init`.
    private(set) var native: OpaquePointer?
    var scanner: HTTP2FrameScanner
    var fields = FieldTable()
    var streams: [Int32: HTTP2Stream] = [:]
    var opened: [Int32] = []
    var ready: [Int32] = []
    var lastKey: Int32 = 0
    /// Of the field section at hand, as it is decoded.
    var listBytes = 0
    /// What a callback found to be too much.
    var noticed: HTTP2FrameScanner.Excess?
    /// The time of the call at hand.
    var now = SteadyTime.zero
    /// The rest of what nghttp2 gave out last.
    private var pending: UnsafePointer<UInt8>?
    private var pendingCount = 0
    /// Whether nothing can be read or sent any more.
    package private(set) var isBroken = false
    /// What the peer did too much of, if that has ended the session.
    package private(set) var excess: HTTP2FrameScanner.Excess?

    /// - Parameter memory: that of all sessions of the loop.
    package init(_ role: Role, bounds: HTTP2Bounds = HTTP2Bounds(), memory: HTTP2Memory = HTTP2Memory()) {
        self.role = role
        self.bounds = bounds
        self.memory = memory
        scanner = HTTP2FrameScanner(bounds: bounds, isServer: role == .server)
        native = makeNative()
        if native == nil { isBroken = true } else { submitSettings() }
    }

    deinit { nghttp2_session_del(native) }

    private func makeNative() -> OpaquePointer? {
        var callbacks: OpaquePointer?
        var option: OpaquePointer?
        guard nghttp2_session_callbacks_new(&callbacks) == 0, nghttp2_option_new(&option) == 0 else { return nil }
        defer {
            nghttp2_session_callbacks_del(callbacks)
            nghttp2_option_del(option)
        }
        HTTP2Callbacks.install(callbacks)
        // The window grows as the loop reads, not as frames come.
        nghttp2_option_set_no_auto_window_update(option, 1)
        // Nobody asks for the priorities of streams that are gone.
        nghttp2_option_set_no_closed_streams(option, 1)
        var session: OpaquePointer?
        // The session is there as long as its callbacks are: it outlives `native`.
        let own = Unmanaged.passUnretained(self).toOpaque()
        let error =
            role == .server
            ? nghttp2_session_server_new2(&session, callbacks, own, option)
            : nghttp2_session_client_new2(&session, callbacks, own, option)
        return error == 0 ? session : nil
    }

    private func submitSettings() {
        var settings = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
                value: UInt32(bounds.streamWindowBytes)),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(HTTP2HeadBuilder.maximumBytes)),
        ]
        settings.append(
            role == .server
                ? nghttp2_settings_entry(
                    settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
                    value: bounds.concurrentStreams)
                : nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0))
        let flags = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        check(nghttp2_submit_settings(native, flags, settings, settings.count))
        check(nghttp2_session_set_local_window_size(native, flags, 0, bounds.connectionWindowBytes))
    }

    /// After a call that fails only when there is no memory, or when the session is over.
    @discardableResult
    func check(_ result: Int32) -> Bool {
        if result < 0, nghttp2_is_fatal(result) != 0 { breakOff() }
        return result >= 0
    }

    private func breakOff() {
        isBroken = true
        closeStreams()
    }

    // MARK: Bytes

    /// Takes bytes that the peer has sent.
    package func receive(_ bytes: UnsafeBufferPointer<UInt8>, at time: SteadyTime) {
        now = time
        guard !isBroken, excess == nil, let first = bytes.baseAddress else { return }
        if let excess = scanner.scan(bytes.span, at: time) { return end(for: excess) }
        let taken = nghttp2_session_mem_recv(native, first, bytes.count)
        if taken < 0 { return breakOff() }
        // Not before: nghttp2's older versions do not expect their own end within a callback.
        if let noticed { end(for: noticed) }
    }

    /// The peer asks too much: says so, and lets go of every stream.
    func end(for excess: HTTP2FrameScanner.Excess) {
        guard self.excess == nil else { return }
        self.excess = excess
        check(nghttp2_session_terminate_session(native, NGHTTP2_ENHANCE_YOUR_CALM.rawValue))
        closeStreams()
    }

    /// Copies what is to be sent into memory; how many bytes. Ask again until it is 0.
    package func send(into memory: UnsafeMutableBufferPointer<UInt8>, at time: SteadyTime) -> Int {
        now = time
        var count = 0
        while count < memory.count, !isBroken {
            if pendingCount == 0 {
                let length = nghttp2_session_mem_send(native, &pending)
                guard length > 0 else {
                    if length < 0 { breakOff() }
                    break
                }
                pendingCount = length
            }
            guard let next = pending, let target = memory.baseAddress else { break }
            let amount = min(pendingCount, memory.count - count)
            (target + count).update(from: next, count: amount)
            count += amount
            pending = next + amount
            pendingCount -= amount
        }
        return count
    }

    /// Whether there is something to send, or to wait for; afterwards the connection is over.
    package var isOver: Bool {
        isBroken
            || pendingCount == 0 && nghttp2_session_want_read(native) == 0 && nghttp2_session_want_write(native) == 0
    }

    /// Says that no further streams are taken; those that are open go on.
    package func beginEnding() {
        let last = nghttp2_session_get_last_proc_stream_id(native)
        check(nghttp2_submit_goaway(native, 0, last, NGHTTP2_NO_ERROR.rawValue, nil, 0))
    }

    /// The connection has ended underneath.
    package func connectionEnded() {
        guard !isBroken else { return }
        breakOff()
    }

    /// Every stream is over, whatever it was doing.
    private func closeStreams() {
        for stream in Array(streams.values) { close(stream) }
    }
}
