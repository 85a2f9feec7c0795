package import VenusCore

/// The stable ids of nodes, edges and everything else that has KPIs.
package struct Identifiers: Sendable, Hashable {
    /// Whether names are told apart by their environment.
    package var namesEnvironment: Bool

    package init(namesEnvironment: Bool) { self.namesEnvironment = namesEnvironment }

    package func service(_ name: String, environment: String) -> String {
        "service:" + prefix(environment) + name
    }

    package func dependency(_ name: String, environment: String) -> String {
        "dependency:" + prefix(environment) + name
    }

    package func method(_ name: String, environment: String) -> String { "method:" + prefix(environment) + name }

    package func instance(_ name: String, of service: String, environment: String) -> String {
        "instance:" + prefix(environment) + service + "/" + name
    }

    package func id(of key: SeriesKey) -> String {
        switch key.level {
        case .total: namesEnvironment ? "total:" + key.environment : "total"
        case .service: service(key.service, environment: key.environment)
        case .dependency: dependency(key.dependency, environment: key.environment)
        case .edge:
            service(key.service, environment: key.environment) + "->"
                + dependency(key.dependency, environment: key.environment)
        case .operation: id(of: key.key(at: .edge)) + " " + key.operation
        }
    }

    private func prefix(_ environment: String) -> String { namesEnvironment ? environment + "/" : "" }
}
