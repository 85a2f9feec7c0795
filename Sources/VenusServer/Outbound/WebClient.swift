import NIOCore
package import NIOHTTP1
import NIOPosix

/// Asks a server of the web, one request a connection; never follows a redirect, and uses no proxy but the one it is
/// given.
package struct WebClient: Sendable {
    package struct Answer: Sendable, Equatable {
        package var status: Int
        package var fields: HTTPHeaders
        package var body: [UInt8]

        package init(status: Int, fields: HTTPHeaders = [:], body: [UInt8] = []) {
            self.status = status
            self.fields = fields
            self.body = body
        }
    }

    package let address: WebAddress
    private let trust: WebTrust
    private let proxy: WebProxy?
    private let timeout: TimeAmount
    private let maximumBytes: Int
    /// Which addresses may be dialled; `nil`: any.
    var filter: TargetFilter?
    /// Whether the beginning of a body that is too large will do; else it is a failure.
    var takesBeginning = false

    /// - Parameters:
    ///   - proxy: on the way there; only where the address is https.
    ///   - timeout: for all of an answer, connecting included.
    ///   - maximumBytes: of an answer's body.
    package init(
        _ address: WebAddress, trust: WebTrust = .system, proxy: WebProxy? = nil, timeout: Duration, maximumBytes: Int
    ) {
        self.address = address
        self.trust = trust
        self.proxy = address.isSecure ? proxy : nil
        self.timeout = TimeAmount(timeout)
        self.maximumBytes = maximumBytes
    }

    /// - Parameters:
    ///   - target: a path below the address's, and a query where there is one.
    ///   - body: with its media type among the fields.
    package func send(
        _ method: HTTPMethod, _ target: String, _ fields: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws(WebFailure) -> Answer {
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: address.path.text + target)
        head.headers.add(name: "Host", value: address.authority)
        head.headers.add(name: "User-Agent", value: "venus")
        head.headers.add(name: "Connection", value: "close")
        for (name, value) in fields { head.headers.add(name: name, value: value) }
        if let body { head.headers.add(name: "Content-Length", value: String(body.count)) }
        do { return try await exchange(head, body) } catch { throw WebFailure(of: error) }
    }

    private func exchange(_ head: HTTPRequestHead, _ body: [UInt8]?) async throws -> Answer {
        let (address, trust, proxy, timeout, maximumBytes) = (address, trust, proxy, timeout, maximumBytes)
        let takesBeginning = takesBeginning
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let security = try await NIOThreadPool.singleton.runIfActive {
            address.isSecure ? try WebSecurity(trust, host: address.host) : nil
        }
        let answer = loop.makePromise(of: Answer.self)
        let opened = loop.makePromise(of: Void.self)
        if proxy == nil { opened.succeed() }
        let channel: any Channel
        do {
            let bootstrap = ClientBootstrap(group: loop).connectTimeout(timeout).channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let speak = { (pipeline: ChannelPipeline.SynchronousOperations) in
                        if let security { try pipeline.addHandler(security.handler()) }
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandler(
                            WebAnswerHandler(
                                maximumBytes: maximumBytes, takesBeginning: takesBeginning, answer: answer))
                    }
                    let pipeline = channel.pipeline.syncOperations
                    guard let proxy else { return try speak(pipeline) }
                    try pipeline.addHandler(
                        WebTunnelHandler(request: proxy.request(for: address), opened: opened, proceed: speak))
                }
            }
            channel = try await connect(bootstrap)
        } catch {
            let failure = error as? WebFailure ?? (proxy == nil ? .cannotConnect : .noProxy)
            answer.fail(failure)
            opened.fail(failure)
            throw failure
        }
        let deadline = loop.scheduleTask(in: timeout) {
            answer.fail(WebFailure.timedOut)
            opened.fail(WebFailure.timedOut)
            channel.close(promise: nil)
        }
        defer { deadline.cancel() }
        do { try await opened.futureResult.get() } catch {
            answer.fail(error)
            throw error
        }
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if let body { channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil) }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        return try await withTaskCancellationHandler {
            try await answer.futureResult.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    /// To the first address that answers, of those that may be dialled.
    private func connect(_ bootstrap: ClientBootstrap) async throws -> any Channel {
        if let proxy { return try await bootstrap.connect(host: proxy.host, port: proxy.port).get() }
        guard let filter else { return try await bootstrap.connect(host: address.host, port: address.port).get() }
        var failure: any Error = WebFailure.cannotConnect
        for place in try await filter.resolve(address.host, port: address.port) {
            do { return try await bootstrap.connect(to: place).get() } catch { failure = error }
        }
        throw failure
    }
}

/// Gathers one answer; the first outcome counts.
private final class WebAnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let maximumBytes: Int
    private let takesBeginning: Bool
    private let answer: EventLoopPromise<WebClient.Answer>
    private var gathered = WebClient.Answer(status: 0)

    init(maximumBytes: Int, takesBeginning: Bool, answer: EventLoopPromise<WebClient.Answer>) {
        self.maximumBytes = maximumBytes
        self.takesBeginning = takesBeginning
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            gathered.status = Int(head.status.code)
            gathered.fields = head.headers
        case .body(let part):
            gathered.body += part.readableBytesView
            guard gathered.body.count > maximumBytes else { break }
            end(takesBeginning ? .success(gathered) : .failure(.tooLarge), context)
        case .end: end(.success(gathered), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(.failure(WebFailure(of: error)), context)
    }

    func channelInactive(context: ChannelHandlerContext) { end(.failure(.brokenOff), context) }

    private func end(_ result: Result<WebClient.Answer, WebFailure>, _ context: ChannelHandlerContext) {
        switch result {
        case .success(let gathered): answer.succeed(gathered)
        case .failure(let failure): answer.fail(failure)
        }
        context.close(promise: nil)
    }
}
