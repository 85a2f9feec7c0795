import NIOCore
import NIOTLS

/// Performs on a socket what ``RedisConnectionStateMachine`` decides; confined to the socket's event loop.
final class RedisChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private typealias Command = (continuation: CheckedContinuation<RedisReply, any Error>, timeout: Scheduled<Void>?)

    private let address: RedisAddress
    private let tls: RedisTLS?
    private var isEncrypted = false
    private var machine: RedisConnectionStateMachine
    private var reader = RESPReader()
    private var context: ChannelHandlerContext?
    private var commands: [RedisConnectionStateMachine.CommandID: Command] = [:]
    private let ready: EventLoopPromise<Void>
    private var setupTimeout: Scheduled<Void>?

    /// - Parameters:
    ///   - tls: that of the handler before this one; the setup begins after the handshake.
    ///   - ready: succeeds after the setup, fails where there is none.
    init(url: RedisURL, address: RedisAddress, tls: RedisTLS?, ready: EventLoopPromise<Void>) {
        self.address = address
        self.tls = tls
        machine = RedisConnectionStateMachine(url: url)
        self.ready = ready
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        perform(machine.disconnected(CallLogError(.unavailable, "the connection to Redis was closed")))
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        if tls == nil { perform(machine.connected()) }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            isEncrypted = true
            perform(machine.connected())
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        perform(machine.disconnected(CallLogError(.unavailable, "Redis closed the connection")))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let failure = tls?.failure(error, at: address)
        perform(
            machine.disconnected(failure ?? CallLogError(.unavailable, "the connection to Redis broke: \(error)")))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
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
        // Without a context the connection has ended, and the machine knows why.
        let timer = context?.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
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

    func setupTakesTooLong() {
        if tls != nil, !isEncrypted {
            perform(machine.disconnected(RedisTLS.noHandshake(at: address)))
        } else {
            perform(machine.timedOut())
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
            case .close(let error):
                ready.fail(error)
                context?.close(promise: nil)
            }
        }
    }

    private func finish(
        _ id: RedisConnectionStateMachine.CommandID, _ body: (CheckedContinuation<RedisReply, any Error>) -> Void
    ) {
        guard let command = commands.removeValue(forKey: id) else { return }
        command.timeout?.cancel()
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
