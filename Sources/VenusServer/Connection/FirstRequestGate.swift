import HTTPTypes
import NIOCore
import NIOHTTP1

/// Stands before NIO's upgrade handler until the connection's first request has passed: keeps from it what it cannot
/// answer, bounds the wait, and answers bytes that are no request.
final class FirstRequestGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case waiting
        /// An answer of ours is being written; the rest of what comes is dropped.
        case answered
        case passed
    }

    private let timeout: TimeAmount
    private let base: WebPath
    private var state = State.waiting
    private var deadline: Scheduled<Void>?

    init(timeout: TimeAmount, base: WebPath) {
        self.timeout = timeout
        self.base = base
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .answered: return
        case .passed: context.fireChannelRead(data)
        case .waiting:
            guard case .head(var head) = unwrapInboundIn(data) else {
                context.fireChannelRead(data)
                return
            }
            switch UpgradeDecision(head, base: base) {
            case .none where head.isKeepAlive, .handshake: pass(data, context)
            case .none, .ignore:
                // Hummingbird takes a connection as kept alive unless it is told, HTTP/1.0 too.
                head.headers.remove(name: "upgrade")
                head.headers.replaceOrAdd(name: "connection", value: "close")
                pass(wrapInboundOut(.head(head)), context)
            case .refuse(let problem): answer(problem, context)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard state == .waiting, let error = error as? HTTPParserError else {
            context.fireErrorCaught(error)
            return
        }
        answer(error == .headerOverflow ? .headTooLarge : .malformedRequest, context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent, state == .waiting else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        // Nothing was asked yet.
        context.close(promise: nil)
    }

    private func pass(_ data: NIOAny, _ context: ChannelHandlerContext) {
        state = .passed
        deadline?.cancel()
        context.fireChannelRead(data)
    }

    private func answer(_ problem: Problem, _ context: ChannelHandlerContext) {
        state = .answered
        ProblemWriter.write(problem, to: context.channel)
    }
}
