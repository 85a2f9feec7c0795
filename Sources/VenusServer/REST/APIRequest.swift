import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// A request on its way to a resource: who asks, and what.
struct APIRequest: Sendable {
    let request: Request
    let path: Substring
    let query: Substring?
    /// The session; absent on paths that want none.
    var principal: Principal?
    /// Where it comes from.
    let address: String
    let channel: any Channel
    let logger: Logger

    init(_ request: Request, context: APIContext) {
        self.request = request
        let target = request.head.path ?? "/"
        path = target.prefix { $0 != "?" }
        query = path.endIndex < target.endIndex ? target[target.index(after: path.endIndex)...] : nil
        address = context.channel.remoteAddress?.host ?? "unknown"
        channel = context.channel
        logger = context.logger
    }

    func parameters(_ allowed: [String]) throws(Problem) -> QueryParameters {
        try QueryParameters(query, allowed: allowed)
    }

    /// The body as JSON, within bounds of size and time.
    func json<Body: Decodable>(_: Body.Type, explain: String) async throws -> Body {
        let mediaType = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased()
        guard let mediaType, mediaType.trimmingSuffix(while: { $0 == " " }) == "application/json" else {
            throw Problem.mediaTypeNotSupported
        }
        let bytes = try await body()
        do { return try JSONDecoder().decode(Body.self, from: Data(bytes)) } catch {
            // The decoder's own words may quote the body.
            throw Problem.invalidBody(explain)
        }
    }

    private func body() async throws -> [UInt8] {
        let limit = ConnectionLimits.maximumBodyBytes
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw Problem.bodyTooLarge(limit: limit)
        }
        let channel = channel
        let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(ConnectionLimits.bodyTimeout)) {
            channel.close(promise: nil)
        }
        defer { deadline.cancel() }
        var bytes: [UInt8] = []
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= limit else { throw Problem.bodyTooLarge(limit: limit) }
            bytes += part.readableBytesView
        }
        return bytes
    }
}

extension String {
    fileprivate func trimmingSuffix(while matches: (Character) -> Bool) -> Substring {
        var rest = self[...]
        while let last = rest.last, matches(last) { rest.removeLast() }
        return rest
    }
}

/// What Hummingbird makes for every request.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
