import NIOCore

/// A live socket as the rest of the server knows it: what it does, it does on its own loop.
final class LiveSocket: Sendable {
    let eventLoop: any EventLoop
    let principal: Principal
    private let handler: NIOLoopBound<LiveSocketHandler>

    /// On the handler's loop.
    init(_ handler: LiveSocketHandler, principal: Principal, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.principal = principal
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
    }

    var id: ObjectIdentifier { ObjectIdentifier(self) }

    /// On the loop.
    func deliver(_ encoding: LiveEncoding, of view: View) { handler.value.deliver(encoding, of: view) }

    /// On the loop.
    func timePassed() { handler.value.timePassed() }

    /// On any thread: what was written and the kernel has not taken; 0 once the socket is closed.
    func waitingBytes() async -> Int {
        (try? await eventLoop.submit { self.handler.value.waitingBytes }.get()) ?? 0
    }

    /// On any thread.
    func end(_ code: CloseCode, _ reason: String) {
        eventLoop.execute { self.handler.value.end(code, reason) }
    }
}
