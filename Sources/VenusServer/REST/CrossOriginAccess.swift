package import HTTPTypes
import Hummingbird

/// Which other sites' pages may read answers (CORS, as the Fetch standard has it): those that are configured, and by
/// default none.
///
/// They bring a token of their own as `Authorization`: that credentials are allowed is never said, so that no browser
/// gives them an answer that it was sent for our cookie.
package struct CrossOriginAccess: Sendable {
    private static let fields = "Authorization, Content-Type, If-None-Match"
    private static let exposedFields = "ETag, Retry-After"
    /// Seconds that a browser may go by an answer to its question.
    private static let maximumAge = "600"

    private let sites: Set<WebOrigin>

    package init(_ sites: [WebOrigin]) { self.sites = Set(sites) }

    /// Says in an answer whether the page that asks may read it.
    package func add(to fields: inout HTTPFields, for request: HTTPRequest) {
        guard !sites.isEmpty else { return }
        fields[.vary] = fields[.vary].map { $0 + ", Origin" } ?? "Origin"
        guard let site = site(of: request) else { return }
        fields[.accessControlAllowOrigin] = site
        fields[.accessControlExposeHeaders] = Self.exposedFields
    }

    /// The answer to a browser that asks before it asks: nothing of what there is, and no sign-in, is looked at. `nil`
    /// where it is no such question, or the site is none of ours.
    func preflight(_ request: HTTPRequest) -> Response? {
        guard request.method == .options, request.headerFields[.accessControlRequestMethod] != nil,
            site(of: request) != nil
        else { return nil }
        return Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: "GET, HEAD, POST, PUT, PATCH, DELETE",
                .accessControlAllowHeaders: Self.fields, .accessControlMaxAge: Self.maximumAge,
            ])
    }

    /// The `Origin` of a request, where it is one of the sites.
    private func site(of request: HTTPRequest) -> String? {
        guard let text = request.headerFields[.origin], let origin = WebOrigin(text), sites.contains(origin)
        else { return nil }
        return text
    }
}
