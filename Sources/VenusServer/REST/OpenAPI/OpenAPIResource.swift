import Hummingbird

/// `GET /api/v1/openapi.json`: what this interface is.
struct OpenAPIResource: Sendable {
    var route: Route {
        Route(.get, OpenAPIDocument.path, entry: .reading) { request in
            _ = try request.parameters([])
            return request.answer(OpenAPIDocument.json)
        }
    }
}
