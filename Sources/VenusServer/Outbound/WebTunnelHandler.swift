import NIOCore

/// Asks a proxy for a tunnel, and makes way for what speaks through it once it is there.
final class WebTunnelHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Of the proxy's answer.
    static let maximumHeadBytes = 8_192

    private let request: [UInt8]
    private let opened: EventLoopPromise<Void>
    private let proceed: (ChannelPipeline.SynchronousOperations) throws -> Void
    private var received: [UInt8] = []

    /// - Parameters:
    ///   - opened: succeeds once the tunnel is there; fails with a ``WebFailure``.
    ///   - proceed: adds the handlers that speak through the tunnel.
    init(
        request: [UInt8], opened: EventLoopPromise<Void>,
        proceed: @escaping (ChannelPipeline.SynchronousOperations) throws -> Void
    ) {
        self.request = request
        self.opened = opened
        self.proceed = proceed
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView
        guard let end = Self.endOfHead(received) else {
            if received.count > Self.maximumHeadBytes { fail(.noProxy, context) }
            return
        }
        guard let status = Self.status(received) else { return fail(.noProxy, context) }
        guard (200..<300).contains(status) else { return fail(.proxyRefused(status), context) }
        // A server says nothing in TLS before it is spoken to.
        guard end == received.count else { return fail(.noProxy, context) }
        do {
            try proceed(context.pipeline.syncOperations)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
            opened.succeed()
        } catch {
            fail(WebFailure(of: error), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { fail(.noProxy, context) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(.noProxy, context) }

    private func fail(_ failure: WebFailure, _ context: ChannelHandlerContext) {
        opened.fail(failure)
        context.close(promise: nil)
    }

    /// Behind the empty line.
    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound
    }

    /// Of `HTTP/1.x NNN …`.
    private static func status(_ bytes: [UInt8]) -> Int? {
        let line = bytes.prefix { $0 != UInt8(ascii: "\r") }
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard words.count >= 2, words[0].starts(with: "HTTP/1.".utf8), words[1].count == 3 else { return nil }
        return Int(String(decoding: words[1], as: UTF8.self))
    }
}
