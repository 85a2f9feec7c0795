import CLinux
import Glibc

extension EventLoop {
    /// Bytes of the next requests that are taken in while a call is under way; then the client has to wait.
    private static let pipelineBytes = 16 << 10

    mutating func clientEvent(_ slot: Int32, _ flags: UInt32) {
        let client = clients[slot]
        if flags & Poller.writable != 0 {
            let generation = clients.generation(of: slot)
            flushClient(slot)
            guard clients.generation(of: slot) == generation else { return }
        }
        guard flags & (Poller.readable | Poller.broken | Poller.peerEnded) != 0 else { return }
        if wantsInput(client) {
            readClient(slot)
        } else if client.pointee.exchange.stage == .tunnelling {
            tunnelBroken(slot, .client, flags)
        } else if flags & Poller.broken != 0 {
            leave(slot)
        } else if flags & Poller.peerEnded != 0 {
            clientEnded(slot)
        }
    }

    /// The client sends no more: it has left, or has shut its side behind its last request.
    private mutating func clientEnded(_ slot: Int32) {
        let client = clients[slot]
        guard client.pointee.exchange.waitsBehindItsEnd(at: now) else { return leave(slot) }
        client.pointee.hasShutSide = true
        updateClientInterest(slot)
    }

    /// Whether bytes of the client can be taken in now.
    @inline(__always)
    private func wantsInput(_ client: UnsafeMutablePointer<ClientConnection>) -> Bool {
        switch client.pointee.exchange.stage {
        case .idle, .head, .multiplexing, .draining, .lingering: return true
        case .assigning, .blocked, .resolving, .connecting, .securing, .exchanging, .flushing:
            if !client.pointee.exchange.request.isComplete {
                return client.pointee.exchange.stage == .exchanging && client.pointee.upload.isEmpty
            }
            return client.pointee.input.count < Self.pipelineBytes && !client.pointee.hasShutSide
        case .intercepting: return interceptionWantsInput(client)
        case .tunnelling: return tunnelWantsInput(client, from: .client)
        }
    }

    /// Tells epoll what the client's socket is watched for now.
    @inline(__always)
    mutating func updateClientInterest(_ slot: Int32) {
        let client = clients[slot]
        var interest: UInt32 = 0
        if wantsInput(client) {
            interest = Poller.readable
            queueEnd(client.pointee.channel)
        } else if client.pointee.exchange.stage != .tunnelling, !client.pointee.hasShutSide {
            // Not read now, but its end is of interest.
            interest = Poller.peerEnded
            if client.pointee.exchange.stage == .intercepting, wantsToWrite(client.pointee.channel) {
                interest |= Poller.writable
            }
        }
        if !client.pointee.download.isEmpty && client.pointee.deferral == .nothing
            || client.pointee.downloadPipe.count > 0
        {
            interest |= Poller.writable
        }
        let token = EventToken(.client, slot: slot, generation: clients.generation(of: slot))
        watch(&client.pointee.channel, interest, token: token.rawValue)
    }

    @inline(__always)
    mutating func watch(_ channel: inout Channel, _ interest: UInt32, token: UInt64) {
        if channel.isRegistered, channel.interest == interest { return }
        changeWatch(&channel, interest, token: token)
    }

    private mutating func changeWatch(_ channel: inout Channel, _ interest: UInt32, token: UInt64) {
        if channel.isStream { return watchStream(&channel, interest, token: token) }
        if channel.isRegistered {
            poller.modify(channel.descriptor, interest, token: token)
        } else if interest != 0 {
            channel.isRegistered = poller.add(channel.descriptor, interest, token: token)
        }
        channel.interest = interest
    }

    /// Reads once and handles what came.
    mutating func readClient(_ slot: Int32) {
        let client = clients[slot]
        guard wantsInput(client) else { return }
        switch client.pointee.exchange.stage {
        case .idle, .head: readHead(slot)
        case .tunnelling: readTunnel(slot, .client)
        case .intercepting: readIntercepted(slot)
        case .multiplexing: http2Event(client.pointee.http2, Poller.readable)
        default: readBehindHead(slot)
        }
    }

    private mutating func readHead(_ slot: Int32) {
        let client = clients[slot]
        let known = client.pointee.input.count
        switch receive(
            client.pointee.channel, into: scratch.input + known, capacity: ScratchMemory.readBytes)
        {
        case .moved(let count):
            if known > 0 { takeKept(&client.pointee.input) }
            readRequest(slot, count: known + count, known: known)
        case .wouldBlock: break
        case .ended, .failed: leave(slot)
        }
    }

    /// Moves kept bytes to the front of the scratch memory.
    @inline(__always)
    mutating func takeKept(_ buffer: inout Buffer) {
        let bytes = buffer.bytes
        precondition(bytes.count <= ScratchMemory.keptBytes)
        if let first = bytes.baseAddress { memcpy(scratch.input, first, bytes.count) }
        buffers.release(&buffer)
    }

    /// Requests that came together with the one before.
    mutating func readQueuedInput(_ slot: Int32) {
        let client = clients[slot]
        guard client.pointee.exchange.stage == .idle, !client.pointee.input.isEmpty else { return }
        let count = client.pointee.input.count
        takeKept(&client.pointee.input)
        readRequest(slot, count: count, known: 0)
    }

    /// Reads what comes after a head: the body, the next requests, or bytes that nobody wants.
    private mutating func readBehindHead(_ slot: Int32) {
        let client = clients[slot]
        switch receive(client.pointee.channel, into: scratch.input, capacity: ScratchMemory.readBytes) {
        case .moved(let count):
            let bytes = UnsafeBufferPointer(start: UnsafePointer(scratch.input), count: count)
            switch client.pointee.exchange.stage {
            case .draining: drain(slot, bytes)
            case .lingering: if !client.pointee.exchange.discarded(count) { closeClient(slot) }
            default:
                if client.pointee.exchange.request.isComplete {
                    keepPipelined(slot, bytes)
                } else {
                    forwardBody(slot, bytes)
                }
            }
        case .wouldBlock: break
        case .ended: clientEnded(slot)
        case .failed: leave(slot)
        }
    }

    private mutating func drain(_ slot: Int32, _ bytes: UnsafeBufferPointer<UInt8>) {
        switch clients[slot].pointee.exchange.drained(bytes.span, at: now) {
        case .goOn: break
        case .close: closeClient(slot)
        case .next(let taken):
            if taken < bytes.count { keepPipelined(slot, UnsafeBufferPointer(rebasing: bytes[taken...])) }
            guard clients.isUsed(slot) else { return }
            nextRequest(slot)
        }
    }

    /// Keeps bytes of later requests until their turn has come.
    mutating func keepPipelined(_ slot: Int32, _ bytes: UnsafeBufferPointer<UInt8>) {
        guard let first = bytes.baseAddress, !bytes.isEmpty else { return }
        guard buffers.append(first, count: bytes.count, to: &clients[slot].pointee.input) else {
            return giveUp(slot)
        }
        updateClientInterest(slot)
    }

    /// Sends bytes to the client, or keeps what it does not take. `false` if the connection is gone.
    @inline(__always)
    mutating func sendToClient(_ slot: Int32, _ bytes: UnsafePointer<UInt8>, count: Int) -> Bool {
        let client = clients[slot]
        var sent = 0
        if client.pointee.download.isEmpty {
            switch send(client.pointee.channel, bytes, count: count) {
            case .moved(count): return true
            case .moved(let some): sent = some
            case .wouldBlock, .ended: break
            case .failed:
                leave(slot)
                return false
            }
        }
        guard buffers.append(bytes + sent, count: count - sent, to: &client.pointee.download) else {
            giveUp(slot)
            return false
        }
        return true
    }

    /// The client's socket takes bytes again.
    mutating func flushClient(_ slot: Int32) {
        let client = clients[slot]
        if !client.pointee.download.isEmpty {
            let bytes = client.pointee.download.bytes
            guard let first = bytes.baseAddress else { return }
            return clientTook(slot, send(client.pointee.channel, first, count: bytes.count))
        }
        clientFlushed(slot)
    }

    /// What the client has taken of the bytes that wait for it.
    mutating func clientTook(_ slot: Int32, _ result: Socket.Transfer) {
        let client = clients[slot]
        switch result {
        case .moved(let count): client.pointee.download.consume(count)
        case .wouldBlock, .ended: return
        case .failed: return leave(slot)
        }
        client.pointee.exchange.bytesTaken(at: now)
        guard client.pointee.download.isEmpty else { return }
        buffers.release(&client.pointee.download)
        clientFlushed(slot)
    }

    /// Nothing waits for the client any more.
    private mutating func clientFlushed(_ slot: Int32) {
        let client = clients[slot]
        switch client.pointee.exchange.stage {
        case .flushing:
            recordCall(slot, client.pointee.exchange.responseEnd)
            let afterwards = client.pointee.exchange.flushed(at: now)
            goOn(slot, afterwards)
        case .tunnelling: tunnelFlushed(slot, toward: .client)
        case .multiplexing: http2Event(client.pointee.http2, Poller.writable)
        case .lingering:
            shutClient(slot)
            updateClientInterest(slot)
        case .intercepting:
            if wantsToWrite(client.pointee.channel) {
                clientProgressed(slot, shakeHands(client.pointee.channel, reading: false))
            }
        case .idle, .head, .assigning, .blocked, .resolving, .connecting, .securing, .exchanging, .draining:
            updateClientInterest(slot)
            if client.pointee.upstream >= 0 { updateUpstreamInterest(client.pointee.upstream) }
        }
    }
}
