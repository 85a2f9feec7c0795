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
    /// Who asks; absent on paths that are open.
    var principal: Principal?
    /// What stands in the place of each `{name}` of the route's path.
    var pathParameters: [String: String] = [:]
    /// Where it comes from: see ``ClientAddress``.
    let address: String
    let channel: any Channel
    let logger: Logger

    init(_ request: Request, context: APIContext, client: ClientAddress, base: WebPath) {
        self.request = request
        let target = request.head.path ?? "/"
        let whole = target.prefix { $0 != "?" }
        path = base.strip(whole)
        query = whole.endIndex < target.endIndex ? target[target.index(after: whole.endIndex)...] : nil
        let peer = context.channel.remoteAddress?.host ?? "unknown"
        address = client.address(peer: peer, fields: request.headers)
        channel = context.channel
        logger = context.logger
    }

    /// Who asks, on a path that is not open.
    func requirePrincipal() -> Principal {
        guard let principal else { preconditionFailure("the route's entry demands a session or a key") }
        return principal
    }

    var visitor: Visitor { Visitor(address: address, agent: String((request.headers[.userAgent] ?? "").prefix(200))) }

    func parameters(_ allowed: [String]) throws(Problem) -> QueryParameters {
        try QueryParameters(query, allowed: allowed)
    }

    /// The body as JSON, within bounds of size and time.
    func json<Body: Decodable>(
        _: Body.Type, explain: String, limit: Int = ConnectionLimits.maximumBodyBytes
    ) async throws -> Body {
        let mediaType = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased()
        guard let mediaType, mediaType.trimmingSuffix(while: { $0 == " " }) == "application/json" else {
            throw Problem.mediaTypeNotSupported
        }
        let bytes = try await body(limit: limit)
        do { return try JSONDecoder().decode(Body.self, from: Data(bytes)) } catch let problem as Problem {
            throw problem
        } catch {
            // The decoder's own words may quote the body.
            throw Problem.invalidBody(explain)
        }
    }

    private func body(limit: Int) async throws -> [UInt8] {
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
