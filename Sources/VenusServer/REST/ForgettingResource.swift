import HTTPTypes
import Hummingbird
import VenusStore

/// `DELETE /api/v1/services/{name}` and `/api/v1/dependencies/{id}`: history forgets what is no more.
struct ForgettingResource: Sendable {
    let store: any Store
    let audit: AuditLog

    var routes: [Route] {
        [
            Route(.delete, "/api/v1/services/{name}", entry: .administering) {
                let name = $0.pathParameters["name"] ?? ""
                return try await forget(.service(name), .serviceForgotten, "service:" + name, $0)
            },
            Route(.delete, "/api/v1/dependencies/{id}", entry: .administering) {
                let id = $0.pathParameters["id"] ?? ""
                return try await forget(.dependency(id), .dependencyForgotten, "dependency:" + id, $0)
            },
        ]
    }

    /// - Parameter node: as the graph has it.
    private func forget(
        _ subject: ForgottenSeries.Subject, _ event: AuditEntry.Event, _ node: String, _ request: APIRequest
    ) async throws -> Response {
        let environment = try request.parameters(["environment"])["environment"]
        let place = environment.map { "in \($0)" } ?? "in all environments"
        let note = { (detail: String) in
            try await audit.note(
                event, actor: request.requirePrincipal().actor, subject: node, address: request.address,
                detail: detail)
        }
        // Before the first row goes: what breaks off leaves a trace.
        try await note("begun, \(place)")
        let rows = try await store.forget(ForgottenSeries(subject, environment: environment))
        try await note("done, \(place): \(rows) rows")
        guard rows > 0 else { throw Problem.noSuch(subject.kind + " in history") }
        return Response(status: .noContent)
    }
}

extension ForgottenSeries.Subject {
    fileprivate var kind: String {
        switch self {
        case .service: "service"
        case .dependency: "dependency"
        }
    }
}
