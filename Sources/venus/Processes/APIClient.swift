import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a Venus server, for the command line. Plain HTTP: a server elsewhere is reached by `ssh -L` or through TLS that
/// something in front of it ends.
struct APIClient: Sendable {
    /// `http://host:port`, as ``Access`` or `--server` name it.
    let host: String
    let port: Int
    /// Of the server's address; begins with a slash, or is empty.
    let path: String
    /// `nil`: to sign in.
    let token: String?

    /// Largest answer that is read.
    private static let maximumBytes = 32 << 20
    private static let timeout = TimeAmount.seconds(10)

    init(server: String, token: String?) throws {
        guard let url = URL(string: server), url.scheme == "http", let host = url.host else {
            throw CommandFailure("\(server) is not a server's address; it looks like http://127.0.0.1:2248")
        }
        self.host = host
        port = url.port ?? 80
        path = url.path.last == "/" ? String(url.path.dropLast()) : url.path
        self.token = token
    }

    /// The body of a successful answer; everything else is a ``CommandFailure`` that says what to do.
    func get(_ target: String) async throws -> Data { try await send("GET", target) }

    /// One segment of a path, whatever is in it.
    static func segment(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~")
        // Only text that is not Unicode has no such form, and a String always is.
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }

    /// The same with any method, and a body of JSON.
    func send(_ method: String, _ target: String, _ content: Data? = nil) async throws -> Data {
        let group = MultiThreadedEventLoopGroup.singleton
        let promise = group.next().makePromise(of: (HTTPResponseStatus, Data).self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: group)
                .connectTimeout(Self.timeout)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(IdleStateHandler(readTimeout: Self.timeout))
                        try channel.pipeline.syncOperations.addHandler(
                            AnswerHandler(maximumBytes: Self.maximumBytes, promise: promise))
                    }
                }
                .connect(host: host, port: port).get()
        } catch {
            promise.fail(error)
            throw CommandFailure("no Venus server answers at http://\(host):\(port); is `venus up` running?")
        }
        var head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: path + target)
        head.headers.add(name: "Host", value: host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
        if let token { head.headers.add(name: "Authorization", value: "Bearer \(token)") }
        head.headers.add(name: "User-Agent", value: "venus")
        head.headers.add(name: "Connection", value: "close")
        if let content {
            head.headers.add(name: "Content-Type", value: "application/json")
            head.headers.add(name: "Content-Length", value: String(content.count))
        }
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if let content {
            channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: content))), promise: nil)
        }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        let (status, body): (HTTPResponseStatus, Data)
        do {
            (status, body) = try await promise.futureResult.get()
        } catch {
            throw CommandFailure("the Venus server at http://\(host):\(port) broke off its answer")
        }
        switch status.code {
        case 200..<300: return body
        case 401 where token != nil:
            throw CommandFailure("the server does not know this token; sign in again: `venus login`")
        default:
            let problem = (try? JSONDecoder().decode(Problem.self, from: body))
            throw CommandFailure(problem?.detail ?? problem?.title ?? "the server answered \(status.code)")
        }
    }

    private struct Problem: Decodable {
        var title: String?
        var detail: String?
    }
}

/// Gathers one answer; `maximumBytes` bounds its body.
private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    struct Interrupted: Error {}

    private let maximumBytes: Int
    private let promise: EventLoopPromise<(HTTPResponseStatus, Data)>
    private var status = HTTPResponseStatus.ok
    private var body = Data()

    init(maximumBytes: Int, promise: EventLoopPromise<(HTTPResponseStatus, Data)>) {
        self.maximumBytes = maximumBytes
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = head.status
        case .body(let part):
            body.append(contentsOf: part.readableBytesView)
            if body.count > maximumBytes { context.close(promise: nil) }
        case .end:
            promise.succeed((status, body))
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) { promise.fail(Interrupted()) }
}
