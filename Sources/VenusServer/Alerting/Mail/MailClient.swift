import Logging
import NIOCore
import NIOPosix
import NIOSSL
import VenusAlerts

/// Gives one message to a mail server, on a connection of its own.
struct MailClient: Sendable {
    let server: MailServer
    let timeout: Duration
    let logger: Logger

    /// - Parameter content: as ``MailMessage`` makes it.
    /// - Returns: the server's last code as a status: 250 where it took the message for at least one recipient.
    func send(_ content: [UInt8], from sender: String, to recipients: [String]) async -> DeliveryResult {
        do {
            let reply = try await exchange(content, sender, recipients)
            if !reply.refused.isEmpty {
                logger.warning(
                    "the mail server does not take messages for some recipients",
                    metadata: ["refused": "\(reply.refused.joined(separator: ", "))", "status": "\(reply.code)"])
            }
            return .answered(status: reply.code, retryAfter: nil)
        } catch {
            let failure = WebFailure(of: error)
            return failure == .timedOut ? .timedOut : .broken(errorType: failure.errorType)
        }
    }

    private func exchange(_ content: [UInt8], _ sender: String, _ recipients: [String]) async throws -> SMTPReply {
        let (server, loop) = (server, MultiThreadedEventLoopGroup.singleton.next())
        let security = try await NIOThreadPool.singleton.runIfActive {
            try server.security == .none
                ? nil
                : WebSecurity(
                    server.trustFile.map { .authorities(file: $0) } ?? .system, host: server.host, protocols: [])
        }
        let outcome = loop.makePromise(of: SMTPReply.self)
        let credentials = server.user.map { (user: $0, password: server.password ?? "") }
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop).connectTimeout(TimeAmount(timeout))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if server.security == .tls, let security { try pipeline.addHandler(security.handler()) }
                        try pipeline.addHandler(
                            SMTPHandler(
                                machine: SMTPStateMachine(
                                    security: server.security, name: "[127.0.0.1]", credentials: credentials,
                                    sender: sender, recipients: recipients, content: content),
                                security: security, outcome: outcome))
                    }
                }.connect(host: server.host, port: server.port).get()
        } catch {
            outcome.fail(WebFailure.cannotConnect)
            throw WebFailure.cannotConnect
        }
        let deadline = loop.scheduleTask(in: TimeAmount(timeout)) {
            outcome.fail(WebFailure.timedOut)
            channel.close(promise: nil)
        }
        defer { deadline.cancel() }
        return try await withTaskCancellationHandler {
            try await outcome.futureResult.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}

/// How it ended.
private struct SMTPReply: Sendable {
    var code: Int
    /// Recipients.
    var refused: [String]
}

/// Performs what ``SMTPStateMachine`` decides; the first outcome counts.
private final class SMTPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var machine: SMTPStateMachine
    private let security: WebSecurity?
    private let outcome: EventLoopPromise<SMTPReply>
    private var buffer = ByteBuffer()

    init(machine: SMTPStateMachine, security: WebSecurity?, outcome: EventLoopPromise<SMTPReply>) {
        self.machine = machine
        self.security = security
        self.outcome = outcome
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        buffer.writeBuffer(&part)
        while let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let count = end - buffer.readerIndex
            guard count <= SMTPStateMachine.maximumLineBytes, var line = buffer.readBytes(length: count) else { break }
            buffer.moveReaderIndex(forwardBy: 1)
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            perform(machine.received(line), context)
        }
        if buffer.readableBytes > SMTPStateMachine.maximumLineBytes { fail(.brokenOff, context) }
    }

    private func perform(_ action: SMTPStateMachine.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .wait: break
        case .send(let bytes): context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
        case .startTLS:
            // Nothing that came in clear is taken for what comes encrypted.
            guard buffer.readableBytes == 0, let handler = try? security?.handler() else {
                return fail(.noTLS, context)
            }
            do { try context.pipeline.syncOperations.addHandler(handler, position: .first) } catch {
                return fail(.noTLS, context)
            }
            perform(machine.encrypted(), context)
        case .finish(let code):
            outcome.succeed(SMTPReply(code: code, refused: machine.refused))
            let bye = ByteBuffer(string: "QUIT\r\n")
            context.writeAndFlush(NIOAny(bye), promise: nil)
            context.close(promise: nil)
        case .fail: fail(.brokenOff, context)
        }
    }

    private func fail(_ failure: WebFailure, _ context: ChannelHandlerContext) {
        outcome.fail(failure)
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(WebFailure(of: error), context) }

    func channelInactive(context: ChannelHandlerContext) { outcome.fail(WebFailure.brokenOff) }
}
