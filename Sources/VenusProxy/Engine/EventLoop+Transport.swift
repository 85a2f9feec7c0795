import Glibc

/// What goes through a connection, whether it is sealed by TLS or not.
extension EventLoop {
    /// Reads once; `capacity` is ``ScratchMemory/readBytes`` at least. After `wouldBlock`, epoll tells when there is
    /// more.
    @inline(__always)
    mutating func receive(
        _ channel: Channel, into buffer: UnsafeMutablePointer<UInt8>, capacity: Int
    ) -> Socket.Transfer {
        if channel.session < 0 { return Socket.receive(channel.descriptor, into: buffer, capacity: capacity) }
        return receiveSealed(channel, into: buffer, capacity: capacity)
    }

    private mutating func receiveSealed(
        _ channel: Channel, into buffer: UnsafeMutablePointer<UInt8>, capacity: Int
    ) -> Socket.Transfer {
        if channel.isStream { return receiveStream(channel, into: buffer, capacity: capacity) }
        let session = sessions[channel.session]
        if session.pointee.ending != .none { return Self.end(session) }
        precondition(capacity >= ScratchMemory.readBytes, "what was sealed would not find room")
        switch Socket.receive(channel.descriptor, into: scratch.sealed, capacity: ScratchMemory.sealedBytes) {
        case .moved(let count):
            window.fill(scratch.sealed, count: count)
            let opened = session.pointee.receive(window, into: buffer, capacity: capacity)
            window.clear()
            if opened > 0 {
                queueEnd(channel)
                return .moved(opened)
            }
            return session.pointee.ending == .none ? .wouldBlock : Self.end(session)
        case .wouldBlock: return .wouldBlock
        case .ended:
            session.pointee.cutOff()
            return Self.end(session)
        case .failed(let error): return .failed(error)
        }
    }

    private static func end(_ session: UnsafeMutablePointer<TLSSession>) -> Socket.Transfer {
        session.pointee.ending == .announced ? .ended : .failed(EPROTO)
    }

    /// Has the loop look again at a connection whose stream has ended behind the bytes that were read.
    @inline(__always)
    mutating func queueEnd(_ channel: Channel) {
        guard channel.session >= 0, !channel.isStream else { return }
        let session = sessions[channel.session]
        guard session.pointee.ending != .none else { return }
        ended.append(session.pointee.token)
    }

    /// Writes as much as the connection takes. What it does not take has to be the next that is sent.
    @inline(__always)
    mutating func send(_ channel: Channel, _ bytes: UnsafePointer<UInt8>, count: Int) -> Socket.Transfer {
        if channel.session < 0 { return Socket.send(channel.descriptor, bytes, count: count) }
        if channel.isStream { return sendStream(channel, bytes, count: count) }
        return sessions[channel.session].pointee.send(bytes, count: count)
    }

    /// Ends our side of the stream.
    mutating func shutDownWriting(_ channel: Channel) {
        if channel.isStream { return finishStream(channel) }
        if channel.session >= 0 { sessions[channel.session].pointee.announceEnd() }
        Socket.shutDownWriting(channel.descriptor)
    }

    /// Closes the socket, if it is open, and gives the session back.
    @inline(__always)
    mutating func close(_ channel: inout Channel) {
        if channel.session >= 0 { closeSession(&channel) }
        if channel.descriptor >= 0 { Socket.close(channel.descriptor) }
        channel.descriptor = -1
    }

    private mutating func closeSession(_ channel: inout Channel) {
        if channel.isStream { return closeStream(&channel, withReset: false) }
        sessions[channel.session].pointee.close(announcing: channel.descriptor >= 0)
        sessions.release(channel.session)
        channel.session = -1
    }

    /// Closes with a reset: the other side cannot take it for a clean end.
    mutating func abort(_ channel: inout Channel) {
        if channel.isStream { return closeStream(&channel, withReset: true) }
        Socket.abort(channel.descriptor)
        channel.descriptor = -1
        close(&channel)
    }

    /// Whether nothing can be read from the connection and it has not ended.
    @inline(__always)
    mutating func isQuiet(_ channel: Channel) -> Bool {
        if Socket.isQuiet(channel.descriptor) { return true }
        return channel.session >= 0 && isQuietBehindSeal(channel)
    }

    /// What came may be of the session alone, such as a ticket to resume it with.
    private mutating func isQuietBehindSeal(_ channel: Channel) -> Bool {
        guard let buffer = scratch.head.baseAddress else { return false }
        if case .wouldBlock = receive(channel, into: buffer, capacity: scratch.head.count) { return true }
        return false
    }

    /// Opens a session on the connection's socket, for the handshake to begin with; `nil` without memory. `token`: what
    /// epoll knows the connection by.
    mutating func openSession(
        _ context: TLSContext, on channel: inout Channel, _ token: EventToken
    ) -> UnsafeMutablePointer<TLSSession>? {
        precondition(channel.session < 0, "a connection has one session")
        guard var session = TLSSession.open(context, on: channel.descriptor, window: window) else { return nil }
        session.token = token
        channel.session = sessions.take()
        sessions[channel.session].pointee = session
        return sessions[channel.session]
    }

    /// Goes on with the handshake. `reading`: whether to look for what the other side has said. What came behind the
    /// handshake lies in ``ScratchMemory/input``.
    mutating func shakeHands(_ channel: Channel, reading: Bool) -> TLSSession.Progress {
        if reading {
            switch Socket.receive(channel.descriptor, into: scratch.sealed, capacity: ScratchMemory.sealedBytes) {
            case .moved(let count): window.fill(scratch.sealed, count: count)
            case .wouldBlock: return .waiting
            case .ended, .failed: return .failed(.ended)
            }
        } else {
            window.clear()
        }
        return shakeHands(channel)
    }

    /// Goes on with the handshake, with bytes that were read before; at most ``ScratchMemory/sealedBytes``.
    mutating func shakeHands(
        _ channel: Channel, with bytes: UnsafeBufferPointer<UInt8>
    ) -> TLSSession.Progress {
        guard let first = bytes.baseAddress else { return .waiting }
        window.fill(first, count: bytes.count)
        return shakeHands(channel)
    }

    private mutating func shakeHands(_ channel: Channel) -> TLSSession.Progress {
        let progress = sessions[channel.session].pointee.shakeHands(
            window, into: scratch.input, capacity: ScratchMemory.readBytes)
        window.clear()
        queueEnd(channel)
        return progress
    }
}
