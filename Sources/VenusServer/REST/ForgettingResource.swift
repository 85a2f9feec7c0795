import HTTPTypes
import Hummingbird
import VenusStore

/// `DELETE /api/v1/services/{name}` and `/api/v1/dependencies/{id}`: history forgets what is no more, and so do alerts.
struct ForgettingResource: Sendable {
    let store: any WatchStore
    let audit: AuditLog
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

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
        let actor = request.requirePrincipal().actor
        let environment = try request.parameters(["environment"])["environment"]
        let place = environment.map { "in \($0)" } ?? "in all environments"
        let note = { (detail: String) in
            try await audit.note(event, actor: actor, subject: node, address: request.address, detail: detail)
        }
        // Before the first row goes: what breaks off leaves a trace.
        try await note("begun, \(place)")
        let (series, at) = (ForgottenSeries(subject, environment: environment), now())
        // One that is forgotten again is the same.
        let id = node + (environment.map { "@" + $0 } ?? "")
        let told = WatchRecord(id: id, item: Forgetting(series, at: at / 1_000), changedAt: at, changedBy: actor)
        if try await store.setWatched(told) == .full {
            throw Problem.conflict("\(WatchKind.forgetting.maximumCount) are forgotten already, of late.")
        }
        let rows = try await store.forget(series)
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
