import Logging
import NIOCore
import NIOSSL
import NIOWebSocket

/// Performs what ``LiveSessionStateMachine`` decides, on one WebSocket.
///
/// Bound of what waits for a client that does not read, beyond the kernel's buffers: ``maximumWaitingBytes``, one
/// delivery of each of its subscriptions, and small frames of ours; and what waits of a view is shared. Of events, one
/// delivery is at most what is kept for all: ``LiveEncoding/maximumCallsBytes``, ``LiveEncoding/maximumAlertsBytes``.
final class LiveSocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// A client with more than this still to be written gets nothing more; half of it makes it one that keeps up again.
    static let maximumWaitingBytes = 65_536

    private let hub: LiveHub
    private let principal: Principal
    private let logger: Logger
    private var machine: LiveSessionStateMachine
    private var context: ChannelHandlerContext?
    private var socket: LiveSocket?
    /// Where frames that are whole already go in: before NIO's encoder.
    private var beyondEncoder: ChannelHandlerContext?
    /// Of a close frame that waits for its answer.
    private var deadline: Scheduled<Void>?

    init(hub: LiveHub, principal: Principal, limits: LiveSessionStateMachine.Limits, logger: Logger) {
        self.hub = hub
        self.principal = principal
        self.logger = logger
        // Thousands that came at once, as they do after a restart, are not pinged at once.
        var limits = limits
        limits.pingInterval = limits.pingInterval * Double.random(in: 0.5...1)
        machine = LiveSessionStateMachine(limits: limits, now: .now)
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let socket = LiveSocket(self, principal: principal, eventLoop: context.eventLoop)
        self.socket = socket
        beyondEncoder = try? context.pipeline.syncOperations.context(handlerType: WebSocketFrameEncoder.self)
        perform(machine.opened())
        guard hub.add(socket) else {
            perform(machine.end(.goingAway, "the server stops", now: .now))
            return
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    private func leave() {
        machine.disconnected()
        deadline?.cancel()
        deadline = nil
        beyondEncoder = nil
        if let socket { hub.remove(socket) }
        socket = nil
        context = nil
    }

    // MARK: Events

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        let received = LiveSessionStateMachine.Frame(
            frame.kind, isFinal: frame.fin, isMasked: frame.maskKey != nil,
            hasReservedBits: frame.rsv1 || frame.rsv2 || frame.rsv3,
            payload: Array(frame.unmaskedData.readableBytesView))
        perform(machine.received(received, now: .now))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let error as NIOWebSocketError:
            let isTooLarge = error == .invalidFrameLength
            perform(machine.decodingFailed(isTooLarge: isTooLarge, now: .now))
        case is ByteToMessageDecoderError:
            // Bytes after those that could not be read.
            break
        case is IOError, is ChannelError, is NIOSSLError, is BoringSSLError:
            // Nothing gets through any more.
            logger.debug("A live socket broke", metadata: ["error": "\(error)"])
            context.close(promise: nil)
        default:
            logger.error("A live socket failed", metadata: ["error": "\(error)"])
            end(.internalError, "the server failed")
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        // A client that takes nothing is not listened to either: it cannot make us queue answers.
        context.channel.setOption(.autoRead, value: isWritable).whenFailure { _ in }
        if isWritable { for view in machine.becameWritable(now: .now) { deliverNewest(view) } }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: end(.goingAway, "the server stops")
        case let event as ChannelEvent where event == .inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func end(_ code: CloseCode, _ reason: String) { perform(machine.end(code, reason, now: .now)) }

    func timePassed() { perform(machine.timePassed(now: .now)) }

    /// See ``LiveHub/waitingBytes()``.
    var waitingBytes: Int { (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }

    // MARK: Deliveries

    /// Writes the frames, which are shared, as they are.
    func deliver(_ encoding: LiveEncoding, of view: View) {
        guard let context else { return }
        switch machine.viewChanged(view, encoding.news, isWritable: context.channel.isWritable) {
        case .none: return
        case .snapshot: beyondEncoder?.write(NIOAny(encoding.snapshot), promise: nil)
        case .updates(let count): write(encoding.updates.suffix(count))
        case .gap(let from, let count):
            let updates = encoding.updates.suffix(count)
            let next = LivePosition(epoch: encoding.position.epoch, seq: updates.first?.from ?? encoding.position.seq)
            let message = LiveMessages.gap(view: view, position: next, from: from)
            beyondEncoder?.write(NIOAny(WebSocketText.frame(message)), promise: nil)
            write(updates)
        }
        beyondEncoder?.flush()
    }

    private func write(_ updates: ArraySlice<LiveEncoding.Update>) {
        for update in updates { beyondEncoder?.write(NIOAny(update.frame), promise: nil) }
    }

    /// Encoding may take a while: off the loop.
    private func deliverNewest(_ view: View) {
        guard let socket else { return }
        let hub = hub
        Task {
            guard let encoding = hub.newest(view) else { return }
            socket.eventLoop.execute { socket.deliver(encoding, of: view) }
        }
    }

    // MARK: Actions

    private func perform(_ actions: [LiveSessionStateMachine.Action]) {
        for action in actions {
            guard let context else { return }
            switch action {
            case .sendHello:
                send(.text, ByteBuffer(bytes: LiveMessages.hello(epoch: hub.epoch, limits: machine.limits)))
            case .sendError(let error): send(.text, ByteBuffer(bytes: LiveMessages.error(error)))
            case .sendPing: send(.ping, ByteBuffer())
            case .sendPong(let payload): send(.pong, ByteBuffer(bytes: payload))
            case .sendClose(let code, let reason):
                var payload = ByteBuffer(integer: code.rawValue)
                payload.writeString(reason)
                // Its frames no longer matter, but for the last: it must be read.
                context.channel.setOption(.autoRead, value: true).whenFailure { _ in }
                send(.connectionClose, payload)
                if let socket { hub.remove(socket) }
                awaitClose(context)
            case .answerClose(let code): send(.connectionClose, code.map { ByteBuffer(integer: $0) } ?? ByteBuffer())
            case .startDelivering(let view): startDelivering(view)
            case .stopDelivering(let view): if let socket { hub.unsubscribe(socket, from: view) }
            case .disconnect: context.close(promise: nil)
            }
        }
    }

    /// The hub does not call any more.
    private func awaitClose(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: TimeAmount(machine.limits.closeTimeout) + .milliseconds(10)) {
            bound.value.timePassed()
        }
    }

    private func startDelivering(_ view: View) {
        guard let socket else { return }
        if hub.subscribe(socket, to: view) {
            deliverNewest(view)
        } else {
            perform(machine.subscriptionRefused(view))
        }
    }

    private func send(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, data: payload)), promise: nil)
    }
}

extension WebSocketFrame {
    fileprivate var kind: LiveSessionStateMachine.Frame.Kind {
        switch opcode {
        case .continuation: .continuation
        case .text: .text
        case .binary: .binary
        case .connectionClose: .close
        case .ping: .ping
        case .pong: .pong
        default: .reserved
        }
    }
}
