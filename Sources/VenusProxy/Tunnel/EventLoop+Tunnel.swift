import Glibc
import VenusCore

extension EventLoop {
    /// A read of this size means bulk: the direction goes on through a pipe.
    private static let bulkBytes = 64 << 10
    /// Bytes moved through a pipe in one turn at most, so that the others get theirs.
    private static let turnBytes = 4 << 20

    /// The connection for a CONNECT is there: the client is told, and what it has sent early goes out.
    mutating func openTunnel(_ slot: Int32) {
        let client = clients[slot]
        if client.pointee.interception >= 0 { return openIntercepted(slot) }
        guard client.pointee.isPromised || countTunnel(slot) else { return refuseCall(slot, .tooManyTunnels) }
        // What came after the head was kept for a next request; here it is the tunnel's.
        guard keep(client.pointee.input.bytes, in: &client.pointee.upload) else { return giveUp(slot) }
        buffers.release(&client.pointee.input)
        client.pointee.exchange.tunnelOpened(at: now)
        startTunnel(slot, isObserved: true)
        if !client.pointee.isPromised { guard promiseTunnel(slot) else { return } }
        armClient(slot)
        tunnelFlush(slot, toward: .dependency)
    }

    /// Tells the client that its tunnel is open. `false` if the connection is gone.
    mutating func promiseTunnel(_ slot: Int32) -> Bool {
        let answer: StaticString = "HTTP/1.1 200 Connection Established\r\n\r\n"
        clients[slot].pointee.isPromised = true
        return sendToClient(slot, answer.utf8Start, count: answer.utf8CodeUnitCount)
    }

    /// The client's connection is a tunnel from now on; what came early waits in its buffers. `isObserved`: whether it
    /// is looked at for TLS and what can be seen through it.
    mutating func startTunnel(_ slot: Int32, isObserved: Bool) {
        let client = clients[slot]
        client.pointee.account = TunnelAccount(openedAt: now, interval: settings.tunnelActivity)
        if isObserved, recorder(of: client) != nil { client.pointee.observed = observed.take() }
        let early = client.pointee.upload.bytes
        guard !early.isEmpty else { return }
        _ = client.pointee.account.moved(early.count, from: .client, at: now)
        observe(slot, .client, early)
    }

    /// Whether bytes of this side can be taken in: what came before them has been passed on.
    @inline(__always)
    func tunnelWantsInput(
        _ client: UnsafeMutablePointer<ClientConnection>, from side: TunnelStateMachine.Side
    ) -> Bool {
        guard client.pointee.tunnel.isOpen(from: side) else { return false }
        switch side {
        case .client: return client.pointee.upload.isEmpty && client.pointee.uploadPipe.count == 0
        case .dependency: return client.pointee.download.isEmpty && client.pointee.downloadPipe.count == 0
        }
    }

    /// Whether nothing is on its way through the tunnel, what no event has told of yet included.
    func isTunnelQuiet(_ slot: Int32) -> Bool {
        isQuiet(slot, .client) && isQuiet(slot, .dependency)
    }

    private func isQuiet(_ slot: Int32, _ side: TunnelStateMachine.Side) -> Bool {
        tunnelWantsInput(clients[slot], from: side) && Socket.isQuiet(descriptor(slot, side))
    }

    private func channel(_ slot: Int32, _ side: TunnelStateMachine.Side) -> Channel {
        switch side {
        case .client: clients[slot].pointee.channel
        case .dependency: upstreams[clients[slot].pointee.upstream].pointee.channel
        }
    }

    private func descriptor(_ slot: Int32, _ side: TunnelStateMachine.Side) -> Int32 { channel(slot, side).descriptor }

    private mutating func count(_ slot: Int32, from side: TunnelStateMachine.Side, _ bytes: Int) {
        let client = clients[slot]
        client.pointee.exchange.bytesTaken(at: now)
        if client.pointee.account.moved(bytes, from: side, at: now) { armClient(slot) }
    }

    /// Takes bytes of one side and passes them to the other.
    mutating func readTunnel(_ slot: Int32, _ side: TunnelStateMachine.Side) {
        let client = clients[slot]
        let isPiped = side == .client ? client.pointee.uploadPipe.isOpen : client.pointee.downloadPipe.isOpen
        if isPiped { return spliceTunnel(slot, side) }
        switch receive(channel(slot, side), into: scratch.input, capacity: ScratchMemory.readBytes) {
        case .moved(let bytes): tunnelReceived(slot, side, bytes)
        case .wouldBlock: break
        case .ended:
            observeEnd(slot, side)
            perform(slot, client.pointee.tunnel.ended(side, isPending: false))
        case .failed: endTunnel(slot, .broken(by: side), withReset: true)
        }
    }

    /// So many bytes of one side have come into the scratch memory.
    @inline(__always)
    mutating func tunnelReceived(_ slot: Int32, _ side: TunnelStateMachine.Side, _ bytes: Int) {
        count(slot, from: side, bytes)
        observe(slot, side, UnsafeBufferPointer(start: UnsafePointer(scratch.input), count: bytes))
        pass(slot, from: side, bytes)
    }

    /// Sends bytes of the scratch memory to the other side, or keeps what it does not take.
    private mutating func pass(_ slot: Int32, from side: TunnelStateMachine.Side, _ bytes: Int) {
        let client = clients[slot]
        var sent = 0
        switch send(channel(slot, side.other), scratch.input, count: bytes) {
        case .moved(let some): sent = some
        case .wouldBlock, .ended: break
        case .failed: return endTunnel(slot, .broken(by: side.other), withReset: true)
        }
        if sent < bytes {
            let isKept =
                side == .client
                ? buffers.append(scratch.input + sent, count: bytes - sent, to: &client.pointee.upload)
                : buffers.append(scratch.input + sent, count: bytes - sent, to: &client.pointee.download)
            guard isKept else { return giveUp(slot) }
            updateTunnelInterest(slot)
        } else if bytes >= Self.bulkBytes, isPlain(slot), let pipe = pipes.borrow() {
            if side == .client { client.pointee.uploadPipe = pipe } else { client.pointee.downloadPipe = pipe }
        }
    }

    /// Whether what goes through the tunnel is neither sealed nor opened here.
    private func isPlain(_ slot: Int32) -> Bool {
        channel(slot, .client).session < 0 && channel(slot, .dependency).session < 0
    }

    /// Moves bulk from one side into the pipe and from the pipe to the other, without copying.
    private mutating func spliceTunnel(_ slot: Int32, _ side: TunnelStateMachine.Side) {
        let client = clients[slot]
        var pipe = side == .client ? client.pointee.uploadPipe : client.pointee.downloadPipe
        var hasEnded = false
        var total = 0
        while pipe.count == 0, total < Self.turnBytes {
            switch Socket.splice(from: descriptor(slot, side), to: pipe.writing, count: PipePool.capacity) {
            case .moved(let bytes):
                count(slot, from: side, bytes)
                observeUnseen(slot, side, bytes)
                total += bytes
                pipe.count += bytes
            case .wouldBlock:
                // Silence: the pipe may serve another tunnel.
                pipes.giveBack(&pipe)
                setPipe(slot, side, pipe)
                return
            case .ended: hasEnded = true
            case .failed:
                setPipe(slot, side, pipe)
                return endTunnel(slot, .broken(by: side), withReset: true)
            }
            if hasEnded { break }
            guard drain(&pipe, into: descriptor(slot, side.other)) else {
                setPipe(slot, side, pipe)
                return endTunnel(slot, .broken(by: side.other), withReset: true)
            }
        }
        setPipe(slot, side, pipe)
        if hasEnded {
            observeEnd(slot, side)
            return perform(slot, client.pointee.tunnel.ended(side, isPending: pipe.count > 0))
        }
        if pipe.count > 0 { updateTunnelInterest(slot) }
    }

    private mutating func setPipe(_ slot: Int32, _ side: TunnelStateMachine.Side, _ pipe: TunnelPipe) {
        if side == .client {
            clients[slot].pointee.uploadPipe = pipe
        } else {
            clients[slot].pointee.downloadPipe = pipe
        }
    }

    /// Empties a pipe as far as the socket takes it; `false` if that is broken.
    private func drain(_ pipe: inout TunnelPipe, into descriptor: Int32) -> Bool {
        while pipe.count > 0 {
            switch Socket.splice(from: pipe.reading, to: descriptor, count: pipe.count) {
            case .moved(let bytes): pipe.count -= bytes
            case .wouldBlock, .ended: return true
            case .failed: return false
            }
        }
        return true
    }

    /// Sends what waits for one side.
    mutating func tunnelFlush(_ slot: Int32, toward side: TunnelStateMachine.Side) {
        let client = clients[slot]
        var waiting = side == .client ? client.pointee.download : client.pointee.upload
        if let first = waiting.bytes.baseAddress, !waiting.isEmpty {
            switch send(channel(slot, side), first, count: waiting.count) {
            case .moved(let sent): waiting.consume(sent)
            case .wouldBlock, .ended: break
            case .failed: return endTunnel(slot, .broken(by: side), withReset: true)
            }
            client.pointee.exchange.bytesTaken(at: now)
            if waiting.isEmpty { buffers.release(&waiting) }
            if side == .client { client.pointee.download = waiting } else { client.pointee.upload = waiting }
        }
        guard waiting.isEmpty else { return updateTunnelInterest(slot) }
        tunnelFlushed(slot, toward: side)
    }

    /// The buffer for one side is empty; its pipe may not be.
    mutating func tunnelFlushed(_ slot: Int32, toward side: TunnelStateMachine.Side) {
        let client = clients[slot]
        var pipe = side == .client ? client.pointee.downloadPipe : client.pointee.uploadPipe
        if pipe.count > 0 {
            let isWhole = drain(&pipe, into: descriptor(slot, side))
            client.pointee.exchange.bytesTaken(at: now)
            setPipe(slot, side.other, pipe)
            guard isWhole else { return endTunnel(slot, .broken(by: side), withReset: true) }
        }
        if pipe.count == 0 {
            perform(slot, client.pointee.tunnel.flushed(from: side.other))
        } else {
            updateTunnelInterest(slot)
        }
    }

    private mutating func perform(_ slot: Int32, _ action: TunnelStateMachine.Action) {
        switch action {
        case .nothing: break
        case .shutDown(let side): shutDownWriting(channel(slot, side))
        case .finish: return endTunnel(slot, .finished(by: clients[slot].pointee.tunnel.firstToEnd))
        }
        updateTunnelInterest(slot)
    }

    private mutating func updateTunnelInterest(_ slot: Int32) {
        updateClientInterest(slot)
        updateUpstreamInterest(clients[slot].pointee.upstream)
    }

    /// epoll reports a socket that is not read now. Broken for good, or ended both ways with bytes still to pass on.
    mutating func tunnelBroken(_ slot: Int32, _ side: TunnelStateMachine.Side, _ flags: UInt32) {
        guard flags & Poller.broken != 0 else { return }
        // Nothing of it is left to read, and nothing can be said to it.
        if flags & Poller.failed != 0, !clients[slot].pointee.tunnel.isOpen(from: side) {
            return endTunnel(slot, .broken(by: side), withReset: true)
        }
        switch side {
        case .client:
            let client = clients[slot]
            unwatch(&client.pointee.channel)
        case .dependency:
            let upstream = upstreams[clients[slot].pointee.upstream]
            unwatch(&upstream.pointee.channel)
        }
    }

    /// Ends a tunnel and records what is left to record of it.
    mutating func endTunnel(_ slot: Int32, _ end: TunnelEnd, withReset: Bool = false) {
        let client = clients[slot]
        recordTunnelEnd(slot, end)
        if withReset {
            // The side that still works must not take the end for a clean one.
            abort(&client.pointee.channel)
            let upstream = upstreams[client.pointee.upstream]
            abort(&upstream.pointee.channel)
        }
        closeClient(slot)
    }
}
