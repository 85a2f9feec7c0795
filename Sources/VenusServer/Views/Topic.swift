package import VenusCore

/// What can be looked at now, and subscribed to on the live socket.
package enum Topic: String, Sendable, Hashable, CaseIterable, Encodable {
    case graph
    case kpis
}

/// By what KPIs are listed.
package enum Grouping: String, Sendable, Hashable, CaseIterable, Encodable {
    case edge, operation, service, dependency, method, total
}

/// By what the dependencies of a graph are put together.
package enum DependencyGroup: String, Sendable, Hashable, CaseIterable, Encodable {
    case domain
}

/// Which part of the live data is looked at. Names that are `nil` match all.
package struct ViewFilter: Sendable, Hashable {
    package var window: Window = .minutes5
    /// For the topic `kpis` only.
    package var by: Grouping?
    /// For the topic `graph` only.
    package var group: DependencyGroup?
    /// For the topic `kpis` only: which items, and in what order.
    package var page = KPIsPage()
    package var environment: String?
    package var service: String?
    package var dependency: String?

    package init() {}

    package func matches(_ key: SeriesKey) -> Bool {
        (environment == nil || environment == key.environment) && (service == nil || service == key.service)
            && (dependency == nil || dependency == key.dependency)
    }
}

extension ViewFilter: Encodable {
    private enum CodingKeys: String, CodingKey {
        case window, by, group, sort, limit, offset, environment, service, dependency
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(window.name, forKey: .window)
        try container.encodeIfPresent(by, forKey: .by)
        try container.encodeIfPresent(group, forKey: .group)
        try container.encodeIfPresent(page.sort?.name, forKey: .sort)
        try container.encodeIfPresent(page.limit.map(String.init), forKey: .limit)
        if page.offset > 0 { try container.encode(String(page.offset), forKey: .offset) }
        try container.encodeIfPresent(environment, forKey: .environment)
        try container.encodeIfPresent(service, forKey: .service)
        try container.encodeIfPresent(dependency, forKey: .dependency)
    }
}

/// A topic, seen through a filter.
package struct View: Sendable, Hashable {
    package var topic: Topic
    package var filter: ViewFilter

    package init(topic: Topic, filter: ViewFilter = ViewFilter()) {
        self.topic = topic
        self.filter = filter
        if topic == .kpis && filter.by == nil { self.filter.by = .edge }
    }

    /// The names that a topic's filter has.
    package static func filterNames(_ topic: Topic) -> [String] {
        switch topic {
        case .graph: ["dependency", "environment", "group", "service", "window"]
        case .kpis: ["by", "dependency", "environment", "limit", "offset", "service", "sort", "window"]
        }
    }

    /// Reads the filter from its parameters; both REST and the live socket take the same.
    package init(topic: Topic, parameters: QueryParameters) throws(Problem) {
        var filter = ViewFilter()
        if let window = try parameters.value(
            "window", allowed: Window.allCases.map(\.name), parse: { Window(name: $0) })
        {
            filter.window = window
        }
        filter.by = try parameters.value(
            "by", allowed: Grouping.allCases.map(\.rawValue), parse: { Grouping(rawValue: $0) })
        filter.group = try parameters.value(
            "group", allowed: DependencyGroup.allCases.map(\.rawValue), parse: { DependencyGroup(rawValue: $0) })
        filter.page = try KPIsPage(parameters)
        filter.environment = parameters["environment"]
        filter.service = parameters["service"]
        filter.dependency = parameters["dependency"]
        self.init(topic: topic, filter: filter)
    }
}
