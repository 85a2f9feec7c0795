import NIOCore

/// Performs on a socket what ``RedisConnectionStateMachine`` decides; confined to the socket's event loop.
final class RedisChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private typealias Command = (continuation: CheckedContinuation<RedisReply, any Error>, timeout: Scheduled<Void>)

    private var machine: RedisConnectionStateMachine
    private var reader = RESPReader()
    private var context: ChannelHandlerContext?
    private var commands: [RedisConnectionStateMachine.CommandID: Command] = [:]
    private let ready: EventLoopPromise<Void>
    private var setupTimeout: Scheduled<Void>?
    private var onMessage: (@Sendable ([UInt8]) -> Void)?
    private var nextPing: Scheduled<Void>?
    /// Whether anything came since the last ping.
    private var heard = true

    /// - Parameter ready: succeeds after the setup, fails where there is none.
    init(url: RedisURL, ready: EventLoopPromise<Void>) {
        machine = RedisConnectionStateMachine(url: url)
        self.ready = ready
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        perform(machine.disconnected(CallLogError(.unavailable, "the connection to Redis was closed")))
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        perform(machine.connected())
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        perform(machine.disconnected(CallLogError(.unavailable, "Redis closed the connection")))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        perform(machine.disconnected(CallLogError(.unavailable, "the connection to Redis broke: \(error)")))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        heard = true
        do throws(CallLogError) {
            try feed(buffer)
            while let reply = try reader.next() { perform(machine.received(reply)) }
        } catch { perform(machine.disconnected(error)) }
    }

    /// Sends a command; the reply resumes the continuation, or an error does.
    func submit(
        _ id: RedisConnectionStateMachine.CommandID, _ command: [[UInt8]], isAsking: Bool, timeout: TimeAmount,
        _ continuation: CheckedContinuation<RedisReply, any Error>
    ) {
        guard let context else {
            continuation.resume(throwing: CallLogError(.unavailable, "the connection to Redis was closed"))
            return
        }
        let timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            self.perform(self.machine.timedOut())
        }
        commands[id] = (continuation, timer)
        perform(machine.submit(id, command, isAsking: isAsking))
    }

    /// The one who waits for the command is gone.
    func cancel(_ id: RedisConnectionStateMachine.CommandID) {
        machine.forget(id)
        finish(id) { $0.resume(throwing: CancellationError()) }
    }

    /// Makes this connection one of messages; it ends itself when Redis is silent for two `pingInterval`s.
    func subscribe(to channel: String, pingInterval: TimeAmount, _ onMessage: @escaping @Sendable ([UInt8]) -> Void) {
        self.onMessage = onMessage
        perform(machine.subscribe(to: channel))
        schedulePing(pingInterval)
    }

    func setupTakesTooLong() { perform(machine.timedOut()) }

    private func schedulePing(_ interval: TimeAmount) {
        guard let context else { return }
        nextPing = context.eventLoop.assumeIsolated().scheduleTask(in: interval) {
            guard self.heard else { return self.perform(self.machine.timedOut()) }
            self.heard = false
            self.send([Array("PING".utf8)])
            self.schedulePing(interval)
        }
    }

    private func feed(_ buffer: ByteBuffer) throws(CallLogError) {
        // The closure cannot throw a typed error through NIO.
        var failure: CallLogError?
        buffer.withUnsafeReadableBytes { bytes in
            do throws(CallLogError) { try reader.feed(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private func perform(_ actions: [RedisConnectionStateMachine.Action]) {
        for action in actions {
            switch action {
            case .send(let command): send(command)
            case .succeed(let id, let reply): finish(id) { $0.resume(returning: reply) }
            case .fail(let id, let error): finish(id) { $0.resume(throwing: error) }
            case .redirect(let id, let redirection): finish(id) { $0.resume(throwing: redirection) }
            case .ready: ready.succeed()
            case .message(let payload): onMessage?(payload)
            case .close(let error):
                ready.fail(error)
                nextPing?.cancel()
                nextPing = nil
                context?.close(promise: nil)
            }
        }
    }

    private func finish(
        _ id: RedisConnectionStateMachine.CommandID, _ body: (CheckedContinuation<RedisReply, any Error>) -> Void
    ) {
        guard let command = commands.removeValue(forKey: id) else { return }
        command.timeout.cancel()
        body(command.continuation)
    }

    private func send(_ arguments: [[UInt8]]) {
        guard let context else { return }
        let command = RESPCommand(arguments)
        var buffer = context.channel.allocator.buffer(capacity: command.bytes.count)
        buffer.writeBytes(command.bytes)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }
}
