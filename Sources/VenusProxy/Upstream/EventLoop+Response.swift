import Glibc
import VenusCore

extension EventLoop {
    /// Reads once from the connection that carries a call, and passes on what came.
    mutating func readUpstream(_ slot: Int32) {
        let upstream = upstreams[slot]
        let clientSlot = upstream.pointee.client
        let client = clients[clientSlot]
        if client.pointee.exchange.stage == .tunnelling { return readTunnel(clientSlot, .dependency) }
        let known = client.pointee.responseInput.count
        let count: Int
        switch receive(
            upstream.pointee.channel, into: scratch.input + known, capacity: ScratchMemory.readBytes)
        {
        case .moved(let some): count = some
        case .wouldBlock: return
        case .ended: return upstreamEnded(clientSlot, isClean: true)
        case .failed: return upstreamEnded(clientSlot, isClean: false)
        }
        if known > 0 { takeKept(&client.pointee.responseInput) }
        let bytes = UnsafeBufferPointer(start: UnsafePointer(scratch.input), count: known + count)
        if client.pointee.exchange.hasResponded {
            passBody(clientSlot, from: 0, count: bytes.count, head: nil)
        } else {
            passHeads(clientSlot, bytes, known: known)
        }
    }

    private mutating func upstreamEnded(_ slot: Int32, isClean: Bool) {
        let client = clients[slot]
        switch client.pointee.exchange.upstreamEnded(isClean: isClean, at: now) {
        case .completed: completeResponse(slot, leftOver: 0)
        case .failed(let failure): perform(slot, explained(failure, client.pointee.upstream))
        }
    }

    /// A connection that was given up by an alert did not just break.
    private func explained(
        _ failure: ExchangeStateMachine.Failure, _ upstream: Int32
    ) -> ExchangeStateMachine.Failure {
        let session = upstreams[upstream].pointee.channel.session
        guard case .refuse(.connectionTerminated, _) = failure, session >= 0,
            !upstreams[upstream].pointee.channel.isStream, case .alert = sessions[session].pointee.fault
        else { return failure }
        return .refuse(.tlsAlertReceived, .failed(.tlsAlertReceived))
    }

    /// Reads the heads at the start of the scratch memory: any number of 1xx, then the final one with its body.
    private mutating func passHeads(_ slot: Int32, _ bytes: UnsafeBufferPointer<UInt8>, known: Int) {
        let client = clients[slot]
        let limits = HeadLimits()
        var place = 0
        while true {
            let rest = UnsafeBufferPointer(rebasing: bytes[place...])
            if place == 0, known > 0,
                !client.pointee.assembly.isWorthReading(rest.span, known: known, limit: limits.headBytes)
            {
                return keepResponseHead(slot, rest)
            }
            switch HeadParser.parseResponse(rest.span, limits: limits, fields: &fields) {
            case .incomplete:
                client.pointee.assembly.wasIncomplete(count: rest.count)
                return keepResponseHead(slot, rest)
            case .invalid(let fault):
                return perform(slot, client.pointee.exchange.failed(fault.responseErrorType, at: now))
            case .complete(let head):
                client.pointee.assembly.reset()
                if settings.hasParents, head.status >= 400, isForwardedByParent(client) {
                    // Credentials of ours that do not do are none of the client's business.
                    guard head.status != 407 else {
                        return perform(slot, client.pointee.exchange.failed(.proxyConfigurationError, at: now))
                    }
                    client.pointee.exchange.parentError = ProxyStatus.errorType(of: head, rest.span, fields)
                }
                let acceptance = head.status == 101 ? acceptance(client, rest) : .none
                let action = client.pointee.exchange.responseHead(
                    head, acceptsOffer: acceptance != .none, at: now, isStopping: stopAt != nil)
                switch action {
                case .dropInterim: place += head.length
                case .forwardInterim:
                    let sink = writeHead(head, rest, close: false, chunked: false)
                    guard let first = scratch.head.baseAddress, sendToClient(slot, first, count: sink.count) else {
                        return
                    }
                    place += head.length
                case .upgrade:
                    // There was room for a tunnel when it was offered.
                    guard countTunnel(slot) else { return refuseCall(slot, .tooManyTunnels) }
                    let sink = writeHead(head, rest, close: false, chunked: false)
                    return openUpgrade(
                        slot, acceptance, head: sink, from: place + head.length, count: bytes.count)
                case .fail(let errorType):
                    return perform(slot, client.pointee.exchange.failed(errorType, at: now))
                case .forward(let close, let chunked):
                    if !client.pointee.offer.isEmpty { buffers.release(&client.pointee.offer) }
                    let sink = writeHead(head, rest, close: close, chunked: chunked)
                    return passBody(slot, from: place + head.length, count: bytes.count, head: sink)
                }
            }
        }
    }

    private mutating func keepResponseHead(_ slot: Int32, _ bytes: UnsafeBufferPointer<UInt8>) {
        let client = clients[slot]
        guard !bytes.isEmpty else { return armClient(slot) }
        client.pointee.exchange.responseBegan()
        guard keep(bytes, in: &client.pointee.responseInput) else { return giveUp(slot) }
    }

    @inline(__always)
    private mutating func writeHead(
        _ head: ResponseHead, _ bytes: UnsafeBufferPointer<UInt8>, close: Bool, chunked: Bool
    ) -> ByteSink {
        let date = currentDate()
        var sink = ByteSink(scratch.head)
        settings.pseudonym.withUnsafeBufferPointer { pseudonym in
            HeadSerializer.response(
                head, bytes.span, fields: fields, options: .init(close: close, chunked: chunked),
                pseudonym: pseudonym, date: date, into: &sink)
        }
        return sink
    }

    /// Passes on the body bytes in the scratch memory from `start` to `count`, with the head before them if there is
    /// one to send.
    @inline(__always)
    private mutating func passBody(_ slot: Int32, from start: Int, count: Int, head: ByteSink?) {
        let client = clients[slot]
        var taken = 0
        var length = 0
        let body = UnsafeMutableBufferPointer(start: scratch.input + start, count: count - start)
        if client.pointee.exchange.unchunks {
            var span = body.mutableSpan
            guard let result = client.pointee.exchange.responseBytesUnchunked(&span, at: now) else {
                return bodyBroke(slot, isHeadOut: head == nil)
            }
            (taken, length) = (result.taken, result.content)
        } else {
            guard let result = client.pointee.exchange.responseBytes(UnsafeBufferPointer(body).span, at: now) else {
                return bodyBroke(slot, isHeadOut: head == nil)
            }
            (taken, length) = (result, result)
        }
        var first = scratch.input + start
        if let head {
            first = placeHead(head, before: start)
            length += head.count
        }
        if length > 0, !deferResponse(slot, first, count: length) {
            guard sendToClient(slot, first, count: length) else { return }
        }
        if client.pointee.exchange.response.isComplete {
            return completeResponse(slot, leftOver: count - start - taken)
        }
        if !client.pointee.download.isEmpty {
            updateClientInterest(slot)
            updateUpstreamInterest(client.pointee.upstream)
        }
        if head != nil { armClient(slot) }
    }

    /// The response's body breaks its framing. Where nothing of it is out yet, the client is told why.
    private mutating func bodyBroke(_ slot: Int32, isHeadOut: Bool) {
        let client = clients[slot]
        if !isHeadOut { client.pointee.exchange.responseWithdrawn() }
        perform(slot, client.pointee.exchange.failed(.httpProtocolError, at: now))
    }

    /// The response is complete and handed on. `leftOver`: bytes after it that nobody asked for.
    @inline(__always)
    private mutating func completeResponse(_ slot: Int32, leftOver: Int) {
        let client = clients[slot]
        let upstream = client.pointee.upstream
        let reusable =
            leftOver == 0 && client.pointee.exchange.upstreamPersists && client.pointee.exchange.request.isComplete
            && client.pointee.upload.isEmpty && !upstreams[upstream].pointee.isWriteBroken && stopAt == nil
        buffers.release(&client.pointee.upload)
        let completion = client.pointee.exchange.responseCompleted(
            isPending: !client.pointee.download.isEmpty, at: now)
        releaseUpstream(upstream, reusable: reusable)
        switch completion {
        case .flush:
            guard client.pointee.deferral == .nothing else { return }
            armClient(slot)
            updateClientInterest(slot)
        case .end(let afterwards):
            recordCall(slot, client.pointee.exchange.responseEnd)
            goOn(slot, afterwards)
        }
    }
}
