import HTTPTypes
import Hummingbird
import NIOHTTP1

/// Answers every HTTP request: first who is asking, then what; every failure is a problem of RFC 9457.
struct Responder: HTTPResponder {
    typealias Context = APIContext

    private static let apiPrefix = "/api/"

    let access: AccessControl
    let client: ClientAddress
    /// See ``WebPath``.
    let base: WebPath
    let routes: RouteTable
    let dashboard: DashboardFiles
    let transport: StrictTransport
    let crossOrigin: CrossOriginAccess

    init(
        access: AccessControl, client: ClientAddress, base: WebPath, transport: StrictTransport,
        crossOrigin: CrossOriginAccess, routes: [Route], dashboard: DashboardFiles
    ) {
        self.access = access
        self.client = client
        self.base = base
        self.transport = transport
        self.crossOrigin = crossOrigin
        self.routes = RouteTable(routes)
        self.dashboard = dashboard
    }

    func respond(to request: Request, context: APIContext) async throws -> Response {
        var response: Response
        do {
            response = try await answer(APIRequest(request, context: context, client: client, base: base))
        } catch let error as HTTPParserError {
            // Hummingbird answers it, and ends the connection.
            throw error
        } catch {
            let problem = ProblemResponse.make(FailureReport.problem(for: error, logger: context.logger))
            let status = (error as? Problem)?.status ?? .init(code: 500)
            response = Response(
                status: status, headers: problem.fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: problem.body))
            )
        }
        SecurityHeaders.add(to: &response.headers)
        transport.add(to: &response.headers, for: request.head.authority)
        crossOrigin.add(to: &response.headers, for: request.head)
        if request.headers[.connection]?.lowercased() == "close" { response.headers[.connection] = "close" }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: APIRequest) async throws -> Response {
        let head = request.request.head
        guard (head.path ?? "").utf8.count <= QueryParameters.maximumTargetBytes else { throw Problem.targetTooLong }
        let here = routes.matches(request.path)
        let isProbe = here.contains { [HealthResource.path, ReadinessResource.path].contains($0.route.path.text) }
        // A probe asks by whatever name or address it has.
        if !isProbe { try access.checkHost(head) }
        if let place = head.path.flatMap({ base.completed($0) }), head.method == .get || head.method == .head {
            return Response(status: .permanentRedirect, headers: [.location: place])
        }
        if request.path.hasPrefix(Self.apiPrefix), let answer = crossOrigin.preflight(head) { return answer }

        let method = head.method == .head ? .get : head.method
        if let match = here.first(where: { $0.route.method == method }) {
            var request = request
            request.pathParameters = match.parameters
            switch match.route.entry {
            case .open: if method != .get { try access.checkOriginIfAny(head) }
            case .page: try access.checkOrigin(head)
            case .session:
                let principal = try await access.authenticate(
                    head, method == .get ? .reading : .changing, address: request.address, logger: request.logger)
                try principal.check(match.route.entry)
                request.principal = principal
            }
            guard !match.route.isBrief else { return try await match.route.handle(request) }
            return try await withTaskExecutorPreference(globalConcurrentExecutor) { [request] in
                try await match.route.handle(request)
            }
        }
        if request.path.hasPrefix(Self.apiPrefix) {
            // What there is under the API is nobody's business who is not signed in, but for the open paths.
            if !here.contains(where: { $0.route.entry == .open }) {
                _ = try await access.authenticate(
                    head, .reading, address: request.address, logger: request.logger)
            }
            guard !here.isEmpty else { throw Problem.notFound }
        }
        guard here.isEmpty else { throw Problem.methodNotAllowed(Self.allowed(here.map(\.route))) }
        return try dashboard.respond(request)
    }

    private static func allowed(_ routes: [Route]) -> [String] {
        routes.flatMap { $0.method == .get ? ["GET", "HEAD"] : [$0.method.rawValue] }
    }
}
