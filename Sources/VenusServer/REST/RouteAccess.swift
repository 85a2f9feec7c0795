import HTTPTypes
package import VenusStore

/// What a route demands, for those who check that the whole table holds.
package struct RouteAccess: Sendable, Hashable {
    package let method: String
    /// `{name}` stands for one segment.
    package let path: String
    /// The least role; `nil` where the route is open.
    package let role: Role?
    /// The scope of a key that does as well.
    package let scope: KeyScope?

    init(_ route: Route) {
        method = route.method.rawValue
        path = route.path.text
        switch route.entry {
        case .open, .page: (role, scope) = (nil, nil)
        case .session(let role, let scope): (self.role, self.scope) = (role, scope)
        }
    }
}
