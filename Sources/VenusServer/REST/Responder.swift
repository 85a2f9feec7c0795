import HTTPTypes
import Hummingbird
import NIOHTTP1

/// Answers every HTTP request: first who is asking, then what; every failure is a problem of RFC 9457.
struct Responder: HTTPResponder {
    typealias Context = APIContext

    private static let apiPrefix = "/api/"

    let access: AccessControl
    let routes: [Route]
    let dashboard: DashboardFiles

    func respond(to request: Request, context: APIContext) async throws -> Response {
        var response: Response
        do {
            response = try await answer(APIRequest(request, context: context))
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
        if request.headers[.connection]?.lowercased() == "close" { response.headers[.connection] = "close" }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: APIRequest) async throws -> Response {
        let head = request.request.head
        guard (head.path ?? "").utf8.count <= QueryParameters.maximumTargetBytes else { throw Problem.targetTooLong }
        let here = routes.filter { $0.path == request.path }
        let isProbe = here.contains { $0.path == HealthResource.path || $0.path == ReadinessResource.path }
        // A probe asks by whatever name or address it has.
        if !isProbe { try access.checkHost(head) }

        let method = head.method == .head ? .get : head.method
        if let route = here.first(where: { $0.method == method }) {
            var request = request
            switch route.entry {
            case .open: if method != .get { try access.checkOriginIfAny(head) }
            case .reading:
                request.principal = try await access.authenticateReading(
                    head, address: request.address, logger: request.logger)
            case .acting:
                request.principal = try await access.authenticateActing(
                    head, address: request.address, logger: request.logger)
            }
            return try await route.handle(request)
        }
        if request.path.hasPrefix(Self.apiPrefix) {
            // What there is under the API is nobody's business who is not signed in, but for the open paths.
            if !here.contains(where: { $0.entry == .open }) {
                _ = try await access.authenticateReading(head, address: request.address, logger: request.logger)
            }
            guard !here.isEmpty else { throw Problem.notFound }
        }
        guard here.isEmpty else { throw Problem.methodNotAllowed(Self.allowed(here)) }
        return try dashboard.respond(request)
    }

    private static func allowed(_ routes: [Route]) -> [String] {
        routes.flatMap { $0.method == .get ? ["GET", "HEAD"] : [$0.method.rawValue] }
    }
}
