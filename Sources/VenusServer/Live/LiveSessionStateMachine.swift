/// One client's conversation on the live socket (RFC 6455 and our messages on it), without I/O.
///
/// `open` until a close frame was sent or received; `closing` until the other side's close frame, or a deadline;
/// then `closed`, where nothing happens any more. Time is an input.
package struct LiveSessionStateMachine: Sendable {
    package struct Limits: Sendable {
        /// Of a message, all its fragments together.
        package var messageBytes = 16_384
        package var fragments = 64
        package var subscriptions = 16
        /// Frames that a client may send at once, and each second for long.
        package var frameBurst = 120.0
        package var framesPerSecond = 20.0
        package var pingInterval: Duration = .seconds(20)
        package var silenceTimeout: Duration = .seconds(60)
        /// How long the other side may take to answer our close frame.
        package var closeTimeout: Duration = .seconds(2)

        package init() {}
    }

    /// A frame as it was received, unmasked.
    package struct Frame: Sendable {
        package enum Kind: Sendable { case continuation, text, binary, close, ping, pong, reserved }
        package var kind: Kind
        package var isFinal = true
        package var isMasked = true
        package var hasReservedBits = false
        package var payload: [UInt8]

        package init(
            _ kind: Kind, isFinal: Bool = true, isMasked: Bool = true, hasReservedBits: Bool = false,
            payload: [UInt8] = []
        ) {
            self.kind = kind
            self.isFinal = isFinal
            self.isMasked = isMasked
            self.hasReservedBits = hasReservedBits
            self.payload = payload
        }
    }

    package enum Action: Sendable, Equatable {
        case sendHello
        case sendError(LiveError)
        case sendPing
        case sendPong([UInt8])
        /// Send the close frame; no other frame follows it.
        case sendClose(CloseCode, reason: String)
        /// Answer the client's close frame; `nil` where it gave no code.
        case answerClose(UInt16?)
        /// Start to deliver this view: what is newest at once, then every change.
        case startDelivering(View)
        case stopDelivering(View)
        /// Close the connection.
        case disconnect
    }

    /// What to do with a change of a view.
    package enum Delivery: Sendable, Equatable {
        case none
        /// The whole.
        case snapshot
        /// So many of the last updates, oldest first. Of a state they are no more bytes than the whole, or only one.
        case updates(Int)
        /// So many of the last updates; those between `from` and the first of them are kept no more, and that is told.
        case gap(from: UInt64, updates: Int)
    }

    private enum Phase: Sendable, Equatable {
        case open
        case closing(until: ContinuousClock.Instant)
        case closed
    }

    /// What the client has of a view.
    private enum Progress: Sendable, Equatable {
        /// Nothing, or what it says.
        case waiting(since: LivePosition?)
        case upTo(LivePosition)
        /// Could not keep up. Of a state it gets the newest whole, and it does not matter where it is; of events those
        /// that follow.
        case behind(LivePosition?)

        var isBehind: Bool { if case .behind = self { true } else { false } }
    }

    package let limits: Limits
    private var phase = Phase.open
    private var subscriptions: [View: Progress] = [:]
    private var fragments: [UInt8] = []
    /// Of a message whose last fragment has not come.
    private var fragmentCount = 0
    private var allowance: Double
    private var allowanceAt: ContinuousClock.Instant
    private var heardAt: ContinuousClock.Instant
    private var pingedAt: ContinuousClock.Instant

    package init(limits: Limits = Limits(), now: ContinuousClock.Instant) {
        self.limits = limits
        allowance = limits.frameBurst
        allowanceAt = now
        heardAt = now
        pingedAt = now
    }

    package func opened() -> [Action] { [.sendHello] }

    // MARK: What the client sends

    package mutating func received(_ frame: Frame, now: ContinuousClock.Instant) -> [Action] {
        switch phase {
        case .open: break
        case .closing:
            // Only its close frame matters now.
            guard frame.kind == .close else { return [] }
            phase = .closed
            return [.disconnect]
        case .closed: return []
        }
        heardAt = now
        guard frame.isMasked else { return close(.protocolError, "frames of a client are masked", now) }
        guard !frame.hasReservedBits else { return close(.protocolError, "no extension was agreed on", now) }
        guard takeAllowance(now) else { return close(.policyViolation, "too many frames", now) }
        switch frame.kind {
        case .ping: return [.sendPong(frame.payload)]
        case .pong: return []
        case .close: return receivedClose(frame.payload, now)
        case .binary: return close(.unacceptableData, "messages are text", now)
        case .reserved: return close(.protocolError, "unknown kind of frame", now)
        case .text:
            guard fragmentCount == 0 else { return close(.protocolError, "the message before is not finished", now) }
            return receivedFragment(frame, now)
        case .continuation:
            guard fragmentCount > 0 else { return close(.protocolError, "there is nothing to continue", now) }
            return receivedFragment(frame, now)
        }
    }

    /// The bytes received were no frames, or a frame was too long.
    package mutating func decodingFailed(isTooLarge: Bool, now: ContinuousClock.Instant) -> [Action] {
        switch phase {
        case .open:
            return isTooLarge
                ? close(.messageTooBig, "at most \(limits.messageBytes) bytes", now)
                : close(.protocolError, "malformed frame", now)
        case .closing:
            phase = .closed
            return [.disconnect]
        case .closed: return []
        }
    }

    private mutating func receivedFragment(_ frame: Frame, _ now: ContinuousClock.Instant) -> [Action] {
        fragmentCount += 1
        guard fragments.count + frame.payload.count <= limits.messageBytes, fragmentCount <= limits.fragments else {
            return close(.messageTooBig, "at most \(limits.messageBytes) bytes", now)
        }
        fragments += frame.payload
        guard frame.isFinal else { return [] }
        let bytes = fragments
        fragments = []
        fragmentCount = 0
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return close(.invalidPayload, "text is UTF-8", now)
        }
        do throws(LiveError) {
            switch try ClientMessage(text) {
            case .subscribe(let view, let since):
                guard subscriptions[view] != nil || subscriptions.count < limits.subscriptions else {
                    throw LiveError(
                        .tooManySubscriptions, "at most \(limits.subscriptions) at a time", topic: view.topic.rawValue)
                }
                subscriptions[view] = .waiting(since: since)
                return [.startDelivering(view)]
            case .unsubscribe(let view):
                return subscriptions.removeValue(forKey: view) == nil ? [] : [.stopDelivering(view)]
            }
        } catch { return [.sendError(error)] }
    }

    private mutating func receivedClose(_ payload: [UInt8], _ now: ContinuousClock.Instant) -> [Action] {
        guard !payload.isEmpty else {
            phase = .closed
            return [.answerClose(nil), .disconnect]
        }
        guard payload.count >= 2 else { return close(.protocolError, "half a close code", now) }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        guard CloseCode.mayBeReceived(code) else { return close(.protocolError, "no such close code", now) }
        guard String(validating: payload[2...], as: UTF8.self) != nil else {
            return close(.invalidPayload, "text is UTF-8", now)
        }
        phase = .closed
        return [.answerClose(code), .disconnect]
    }

    /// A token bucket: a client cannot make us work without end.
    private mutating func takeAllowance(_ now: ContinuousClock.Instant) -> Bool {
        let elapsed = allowanceAt.duration(to: now)
        allowance = min(limits.frameBurst, allowance + Double(elapsed.milliseconds) / 1_000 * limits.framesPerSecond)
        allowanceAt = now
        guard allowance >= 1 else { return false }
        allowance -= 1
        return true
    }

    // MARK: What the server has

    /// A view has been made anew.
    package mutating func viewChanged(_ view: View, _ news: LiveNews, isWritable: Bool) -> Delivery {
        // Looked up once: a view is long to hash, and thousands of sockets ask in one tick.
        guard phase == .open, let place = subscriptions.index(forKey: view) else { return .none }
        let known: LivePosition?
        let delivery: Delivery
        switch subscriptions.values[place] {
        case .waiting(let since):
            known = since
            delivery = since.map { news.delivery(since: $0) } ?? .snapshot
        case .behind(let since):
            known = since
            delivery = since.map { news.delivery(since: $0) } ?? .snapshot
        case .upTo(let since) where since.epoch == news.position.epoch && since.seq >= news.position.seq: return .none
        case .upTo(let since):
            known = since
            delivery = news.delivery(since: since)
        }
        guard isWritable || delivery == .none else {
            subscriptions.values[place] = .behind(news.isConflated ? nil : known)
            return .none
        }
        subscriptions.values[place] = .upTo(news.position)
        return delivery
    }

    /// The client takes bytes again: the views of which it missed something.
    package mutating func becameWritable(now: ContinuousClock.Instant) -> [View] {
        guard phase == .open else { return [] }
        heardAt = now
        return subscriptions.filter { $0.value.isBehind }.keys.sorted { $0.topic.rawValue < $1.topic.rawValue }
    }

    /// The server serves no further distinct filters: the subscription does not come about.
    package mutating func subscriptionRefused(_ view: View) -> [Action] {
        guard phase == .open, subscriptions.removeValue(forKey: view) != nil else { return [] }
        return [
            .sendError(
                LiveError(
                    .tooManyFilters, "the server serves no further distinct filters now", topic: view.topic.rawValue))
        ]
    }

    // MARK: Time and the end

    /// To be called every second or so.
    package mutating func timePassed(now: ContinuousClock.Instant) -> [Action] {
        switch phase {
        case .open:
            let silence = heardAt.duration(to: now)
            if silence >= limits.silenceTimeout {
                phase = .closed
                return [.disconnect]
            }
            guard silence >= limits.pingInterval, pingedAt.duration(to: now) >= limits.pingInterval else { return [] }
            pingedAt = now
            return [.sendPing]
        case .closing(let until):
            guard now >= until else { return [] }
            phase = .closed
            return [.disconnect]
        case .closed: return []
        }
    }

    /// Ends the conversation from our side.
    package mutating func end(_ code: CloseCode, _ reason: String, now: ContinuousClock.Instant) -> [Action] {
        guard phase == .open else { return [] }
        return close(code, reason, now)
    }

    package mutating func disconnected() { phase = .closed }

    private mutating func close(
        _ code: CloseCode, _ reason: String, _ now: ContinuousClock.Instant
    ) -> [Action] {
        phase = .closing(until: now + limits.closeTimeout)
        fragments = []
        subscriptions = [:]
        return [.sendClose(code, reason: reason)]
    }
}
