import Glibc
import Logging
import VenusCore

extension EventLoop {
    /// Reads a request head from the scratch memory, of whose `count` bytes the first `known` had been seen before.
    mutating func readRequest(_ slot: Int32, count: Int, known: Int) {
        let client = clients[slot]
        let bytes = UnsafeBufferPointer(start: UnsafePointer(scratch.input), count: count)
        let limits = HeadLimits()
        guard client.pointee.assembly.isWorthReading(bytes.span, known: known, limit: limits.headBytes) else {
            return keepHead(slot, bytes)
        }
        var form = RequestForm.absolute
        if client.pointee.interception >= 0 {
            form = .origin
            intercepted[client.pointee.interception].pointee.hasSpoken = true
        }
        switch HeadParser.parseRequest(bytes.span, form, limits: limits, fields: &fields) {
        case .complete(let head): beginCall(slot, head, bytes)
        case .incomplete:
            client.pointee.assembly.wasIncomplete(count: count)
            keepHead(slot, bytes)
        case .invalid(let fault): refuseHead(slot, fault)
        }
    }

    private mutating func keepHead(_ slot: Int32, _ bytes: UnsafeBufferPointer<UInt8>) {
        let client = clients[slot]
        guard !client.pointee.isRefused else { return refuseCall(slot, .tooManyClients) }
        guard let first = bytes.baseAddress, buffers.append(first, count: bytes.count, to: &client.pointee.input) else {
            return leave(slot)
        }
        guard client.pointee.exchange.stage == .idle else { return }
        client.pointee.exchange.headBegan(at: now)
        armClient(slot)
    }

    private mutating func refuseHead(_ slot: Int32, _ fault: HeadError) {
        log(.notice, "refused a request", ["status": "\(fault.status)", "reason": "\(fault.explanation)"])
        answer(slot, Refusal(fault))
    }

    /// A valid head lies at the start of `bytes`, which are the scratch memory's.
    private mutating func beginCall(_ slot: Int32, _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>) {
        let client = clients[slot]
        client.pointee.assembly.reset()
        client.pointee.exchange.requestBegan(head, at: now, wallTime: wallClock.microseconds(at: now))
        let rest = UnsafeBufferPointer(rebasing: bytes[head.length...])
        guard let taken = client.pointee.exchange.requestBytes(rest.span, at: now) else {
            log(.notice, "refused a request", ["status": "400", "reason": "\(Refusal.malformedBody.explanation)"])
            return answer(slot, .malformedBody)
        }
        let behind = UnsafeBufferPointer(rebasing: rest[taken...])
        if client.pointee.interception >= 0 {
            guard isOfTunnel(client, head, bytes.span) else { return answer(slot, .misdirected, behind: behind) }
        } else {
            guard isAdmitted(client, bytes) else { return refuseAccess(slot, behind: behind) }
        }
        if head.maxForwards == 0 { return answerHere(slot, head, bytes, behind: behind) }
        let isIntercepted = head.method == .connect ? intercepts(client, head, bytes.span) : false
        guard let target = findTarget(client, head, bytes, isIntercepted: isIntercepted) else {
            log(.error, "too many dependencies are in use", ["limit": "\(settings.maximumDependencies)"])
            return answer(slot, Refusal(.connectionLimitReached), behind: behind)
        }
        client.pointee.target = target
        client.pointee.poolTarget = target
        if settings.hasParents { chooseParent(client, isConnect: head.method == .connect) }
        client.pointee.traceID = head.traceID
        client.pointee.marks = []
        startRecording(client, head, bytes)
        if client.pointee.interception >= 0, let refusal = beginIntercepted(client) { return refuseCall(slot, refusal) }
        guard !client.pointee.isRefused else { return refuseCall(slot, .tooManyClients) }
        if head.method == .connect {
            guard keep(rest, in: &client.pointee.upload) else { return giveUp(slot) }
        } else if !behind.isEmpty {
            keepPipelined(slot, behind)
            guard clients.isUsed(slot) else { return }
        }
        if head.flags.contains(.hasVia), comesFromHere(bytes.span) {
            return perform(slot, client.pointee.exchange.failed(.proxyLoopDetected, at: now))
        }
        let method = UnsafeBufferPointer(rebasing: bytes[head.methodName.start..<head.methodName.end])
        guard isPermitted(slot, method) else { return }
        if head.method == .connect {
            guard settings.limits.hasRoomForTunnel else { return refuseCall(slot, .tooManyTunnels) }
            guard keepConnect(client, head, bytes) else { return giveUp(slot) }
            return isIntercepted ? intercept(slot) : acquireNewConnection(slot)
        }
        if head.flags.contains(.offersUpgrade) {
            guard settings.limits.hasRoomForTunnel else { return refuseCall(slot, .tooManyTunnels) }
            guard keepOffer(client, head, bytes) else { return giveUp(slot) }
        }

        let sink = writeRequest(client, head, bytes)
        let start = placeHead(sink, before: head.length)
        send(slot, start, count: sink.count + taken, headCount: sink.count)
    }

    /// Writes the head for the next hop.
    @inline(__always)
    private func writeRequest(
        _ client: UnsafeMutablePointer<ClientConnection>, _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> ByteSink {
        if settings.hasParents, isForwardedByParent(client) { return writeForParent(client, head, bytes) }
        var sink = ByteSink(scratch.head)
        settings.pseudonym.withUnsafeBufferPointer { pseudonym in
            HeadSerializer.request(head, bytes.span, fields: fields, pseudonym: pseudonym, into: &sink)
        }
        return sink
    }

    /// Puts the head that was written right before the bytes at `offset` of the scratch memory, into the place of the
    /// one that was read.
    @inline(__always)
    func placeHead(_ sink: ByteSink, before offset: Int) -> UnsafeMutablePointer<UInt8> {
        precondition(!sink.isOverflowing && sink.count <= offset + ScratchMemory.headroom)
        let start = scratch.input + offset - sink.count
        // The sink's memory is the scratch memory's own, never empty.
        memcpy(start, scratch.head.baseAddress!, sink.count)
        return start
    }

    mutating func keep(_ bytes: UnsafeBufferPointer<UInt8>, in buffer: inout Buffer) -> Bool {
        guard let first = bytes.baseAddress else { return true }
        return buffers.append(first, count: bytes.count, to: &buffer)
    }

    /// The target's index, added if it is new; `nil` when there is no room for one.
    @inline(__always)
    private mutating func findTarget(
        _ client: UnsafeMutablePointer<ClientConnection>, _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>,
        isIntercepted: Bool
    ) -> Int32? {
        let isSecure = isIntercepted || client.pointee.interception >= 0
        // Most clients stay with one dependency.
        if targets.matches(client.pointee.target, bytes.span, head.host, port: head.port, isSecure: isSecure) {
            return client.pointee.target
        }
        return addTarget(head, bytes, isSecure: isSecure)
    }

    private mutating func addTarget(
        _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>, isSecure: Bool
    ) -> Int32? {
        let found = targets.index(of: bytes.span, head.host, port: head.port, isSecure: isSecure) {
            pool.isUnused($0) && !origins.isHeld($0)
        }
        guard let found else { return nil }
        guard found.isNew else { return found.index }
        pool.know(
            target: found.index, settings.connections.count(host: targets[found.index].host, port: head.port))
        // What is known of the origin was another target's.
        origins[found.index] = nil
        if settings.hasParents { setParents(of: found.index) }
        if let address = IPAddress(anySpelling: String(decoding: targets[found.index].host, as: UTF8.self)) {
            targets[found.index].setAddresses([address], expire: .distantFuture)
        }
        return found.index
    }

    /// Whether `Via` tells that the request has been here.
    private func comesFromHere(_ bytes: borrowing Span<UInt8>) -> Bool {
        settings.pseudonym.withUnsafeBufferPointer { pseudonym in
            for index in 0..<fields.count where fields[index].name == .via {
                if Via.names(pseudonym, bytes, fields[index].value) { return true }
            }
            return false
        }
    }

    /// Bytes of a request's body.
    mutating func forwardBody(_ slot: Int32, _ bytes: UnsafeBufferPointer<UInt8>) {
        let client = clients[slot]
        guard let taken = client.pointee.exchange.requestBytes(bytes.span, at: now) else {
            log(.notice, "refused a request", ["status": "400", "reason": "\(Refusal.malformedBody.explanation)"])
            return refuseBody(slot)
        }
        if taken < bytes.count { keepPipelined(slot, UnsafeBufferPointer(rebasing: bytes[taken...])) }
        guard clients.isUsed(slot), taken > 0, let first = bytes.baseAddress else { return }
        sendToUpstream(slot, first, count: taken)
        guard clients.isUsed(slot) else { return }
        if client.pointee.exchange.request.isComplete { armClient(slot) }
        updateClientInterest(slot)
    }

    /// The body breaks its framing: nothing more of it can be passed on.
    private mutating func refuseBody(_ slot: Int32) {
        let client = clients[slot]
        let isAnswered = client.pointee.exchange.hasResponded
        client.pointee.exchange.callEnded(at: now)
        recordCall(slot, CallEnd(.cancelled))
        dropUpstream(slot)
        if isAnswered { closeClient(slot) } else { answer(slot, .malformedBody) }
    }
}
