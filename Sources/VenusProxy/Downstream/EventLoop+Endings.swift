import Logging
import VenusCore

extension EventLoop {
    /// Does what the state machine says about a call that cannot go on.
    mutating func perform(_ slot: Int32, _ failure: ExchangeStateMachine.Failure) {
        switch failure {
        case .retry: retry(slot)
        case .refuse(let errorType, let end):
            let parent = parentAtFault(slot)
            recordCall(slot, end)
            if clients[slot].pointee.isPromised, clients[slot].pointee.exchange.method == .connect {
                return closeClient(slot)
            }
            dropUpstream(slot)
            answer(slot, Refusal(errorType), parent: parent)
        case .abort(let end):
            recordCall(slot, end)
            abortClient(slot)
        }
    }

    /// The upstream proxy that a call which failed was sent to; −1: none.
    private func parentAtFault(_ slot: Int32) -> Int32 {
        let client = clients[slot]
        switch client.pointee.exchange.stage {
        case .resolving, .connecting, .exchanging: return client.pointee.parent
        case .idle, .head, .assigning, .blocked, .securing, .intercepting, .multiplexing: return -1
        case .flushing, .draining, .tunnelling, .lingering: return -1
        }
    }

    /// Answers with an error of our own. What carried the call has been dropped.
    ///
    /// - Parameters:
    ///   - parent: the upstream proxy that the call had gone to, for the answer to name; −1: none.
    ///   - behind: bytes of the scratch memory that came behind the request and are kept nowhere yet.
    mutating func answer(
        _ slot: Int32, _ refusal: Refusal, parent: Int32 = -1,
        behind: UnsafeBufferPointer<UInt8> = UnsafeBufferPointer(start: nil, count: 0)
    ) {
        let close = closesAfterAnswer(slot, behind: behind)
        let isHead = clients[slot].pointee.exchange.isHeadRequest
        var sink = ByteSink(scratch.head)
        let date = currentDate()
        if parent >= 0 {
            let told = clients[slot].pointee.parentStatus.bytes
            settings.parents[Int(parent)].authority.withUnsafeBufferPointer { authority in
                HeadSerializer.refusal(
                    refusal, hop: .init(authority: authority, told: told), close: close, isHead: isHead, date: date,
                    into: &sink)
            }
        } else {
            HeadSerializer.refusal(refusal, close: close, isHead: isHead, date: date, into: &sink)
        }
        sendAnswer(slot, sink, behind: behind)
    }

    /// Answers a TRACE or OPTIONS that may not go further. No dependency has a part in it, so it is no call.
    mutating func answerHere(
        _ slot: Int32, _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>, behind: UnsafeBufferPointer<UInt8>
    ) {
        let close = closesAfterAnswer(slot, behind: behind)
        let date = currentDate()
        var sink = ByteSink(scratch.head)
        if head.method == .trace {
            HeadSerializer.trace(head, bytes.span, fields: fields, close: close, date: date, into: &sink)
        } else {
            HeadSerializer.options(close: close, date: date, into: &sink)
        }
        sendAnswer(slot, sink, behind: behind)
    }

    private mutating func closesAfterAnswer(_ slot: Int32, behind: UnsafeBufferPointer<UInt8>) -> Bool {
        let client = clients[slot]
        // Bytes meant for a tunnel that did not open are no request.
        if client.pointee.exchange.method == .connect,
            !client.pointee.upload.isEmpty || !client.pointee.input.isEmpty || !behind.isEmpty
        {
            client.pointee.exchange.closeAfterwards()
        }
        return client.pointee.exchange.refusalCloses(isStopping: stopAt != nil)
    }

    private mutating func sendAnswer(_ slot: Int32, _ sink: ByteSink, behind: UnsafeBufferPointer<UInt8>) {
        let client = clients[slot]
        stopIntercepting(slot)
        client.pointee.assembly.reset()
        buffers.release(&client.pointee.upload)
        buffers.release(&client.pointee.replay)
        buffers.release(&client.pointee.offer)
        buffers.release(&client.pointee.responseInput)
        buffers.release(&client.pointee.parentStatus)
        // Before the bytes go out: if they cannot, the connection is closed without a second record.
        let afterwards = client.pointee.exchange.refused(at: now, isStopping: stopAt != nil)
        if afterwards == .next {
            guard keep(behind, in: &client.pointee.input) else { return closeClient(slot) }
        }
        guard let bytes = scratch.head.baseAddress, sendToClient(slot, bytes, count: sink.count) else { return }
        goOn(slot, afterwards)
    }

    /// What comes after a response.
    @inline(__always)
    mutating func goOn(_ slot: Int32, _ afterwards: ExchangeStateMachine.Afterwards) {
        let client = clients[slot]
        buffers.release(&client.pointee.replay)
        switch afterwards {
        case .next:
            if isPastGrace { closeClient(slot) } else { nextRequest(slot) }
        case .drain:
            armClient(slot)
            updateClientInterest(slot)
        case .close:
            // Bytes that nobody reads would turn the end into a reset.
            if client.pointee.input.isEmpty && client.pointee.download.isEmpty { return closeClient(slot) }
            linger(slot)
        case .linger: linger(slot)
        }
    }

    @inline(__always)
    mutating func nextRequest(_ slot: Int32) {
        let client = clients[slot]
        if !client.pointee.input.isEmpty, !client.pointee.isQueued {
            client.pointee.isQueued = true
            queued.append(slot)
        }
        armClient(slot)
        updateClientInterest(slot)
    }

    private mutating func linger(_ slot: Int32) {
        let client = clients[slot]
        buffers.release(&client.pointee.input)
        if client.pointee.download.isEmpty { shutClient(slot) }
        armClient(slot)
        updateClientInterest(slot)
    }

    mutating func shutClient(_ slot: Int32) {
        let client = clients[slot]
        guard !client.pointee.isShut else { return }
        client.pointee.isShut = true
        shutDownWriting(client.pointee.channel)
    }

    mutating func clientTimedOut(_ slot: Int32) {
        if interceptionTimedOut(slot) { return }
        if clients[slot].pointee.http2 >= 0 { return http2ClientTimedOut(slot) }
        let client = clients[slot]
        let expiry = client.pointee.exchange.timedOut(
            clientStalls: !client.pointee.download.isEmpty, upstreamStalls: !client.pointee.upload.isEmpty, at: now)
        switch expiry {
        case .close:
            if client.pointee.exchange.stage == .tunnelling { endTunnel(slot, .idle) } else { closeClient(slot) }
        case .refuse:
            log(.notice, "refused a request", ["status": "408", "reason": "\(Refusal.requestTimeout.explanation)"])
            answer(slot, .requestTimeout)
        case .refuseCall(let end):
            recordCall(slot, end)
            dropUpstream(slot)
            answer(slot, .requestTimeout)
        case .failed(let failure): perform(slot, failure)
        }
    }

    /// The client has ended its connection, or it broke. `asCancelled`: we end it, in the middle of whatever it is.
    mutating func leave(_ slot: Int32, asCancelled: Bool = false) {
        let client = clients[slot]
        if client.pointee.exchange.stage == .tunnelling { return endTunnel(slot, .broken(by: .client)) }
        if client.pointee.interception >= 0, !client.pointee.isStream {
            intercepted[client.pointee.interception].pointee.wasLeft = !asCancelled
        }
        let patience = asCancelled ? UInt64.max : settings.callerPatience
        if let end = client.pointee.exchange.clientLeft(at: now, patience: patience) { recordCall(slot, end) }
        closeClient(slot)
    }

    /// No memory for what has to wait: the connection is given up.
    mutating func giveUp(_ slot: Int32) {
        log(.error, "buffers are at their limit", ["bytes": "\(settings.maximumBufferBytes)"])
        let client = clients[slot]
        if client.pointee.exchange.stage == .tunnelling { return endTunnel(slot, .exhausted, withReset: true) }
        if client.pointee.exchange.isCalling {
            client.pointee.exchange.callEnded(at: now)
            recordCall(slot, .failed(.proxyInternalError))
        }
        abortClient(slot)
    }

    /// Ends a connection in the middle of a response, so that the client cannot take it for complete.
    private mutating func abortClient(_ slot: Int32) {
        let client = clients[slot]
        // Where only the end of the connection ends the body, a clean end would be a lie.
        if client.pointee.exchange.isEndedByClose {
            abort(&client.pointee.channel)
        }
        closeClient(slot)
    }

    /// Closes the client's connection and everything that was done for it. Its call has been recorded.
    mutating func closeClient(_ slot: Int32) {
        let client = clients[slot]
        if client.pointee.http2 >= 0 { endStreams(ofClient: slot) }
        interceptionEnded(slot)
        dropUpstream(slot)
        buffers.release(&client.pointee.input)
        buffers.release(&client.pointee.upload)
        buffers.release(&client.pointee.download)
        buffers.release(&client.pointee.responseInput)
        buffers.release(&client.pointee.replay)
        buffers.release(&client.pointee.offer)
        buffers.release(&client.pointee.parentStatus)
        pipes.giveBack(&client.pointee.uploadPipe)
        pipes.giveBack(&client.pointee.downloadPipe)
        close(&client.pointee.channel)
        disarmClient(slot)
        stopCounting(client)
        clients.release(slot)
        listenAgainIfPossible()
    }
}
