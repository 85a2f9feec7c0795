import NIOCore

/// Closes a connection on which, for the time of the `IdleStateHandler` before it, not a byte went either way: one
/// that asks nothing more, and one that does not take its answer.
final class StallCloser: ChannelInboundHandler, Sendable {
    typealias InboundIn = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
