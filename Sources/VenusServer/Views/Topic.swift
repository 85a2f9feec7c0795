import VenusAnalysis
package import VenusCore

/// What can be looked at now, and subscribed to on the live socket.
package enum Topic: String, Sendable, Hashable, CaseIterable {
    case alerts
    case calls
    case graph
    case hosts
    case kpis

    /// Whether whoever missed some of it is served with the newest state. Otherwise each of its events is told, or how
    /// many were not.
    package var isConflated: Bool {
        switch self {
        case .alerts, .calls: false
        case .graph, .hosts, .kpis: true
        }
    }
}

/// By what KPIs are listed.
package enum Grouping: String, Sendable, Hashable, CaseIterable {
    case edge, operation, service, dependency, method, instance, total
}

/// By what the dependencies of a graph are put together.
package enum DependencyGroup: String, Sendable, Hashable, CaseIterable {
    case domain
}

/// Which part of the live data is looked at. Names that are `nil` match all.
package struct ViewFilter: Sendable, Hashable {
    /// Not for the topic `calls`.
    package var window: Window = .minutes5
    /// For the topic `kpis` only.
    package var by: Grouping?
    /// For the topic `graph` only.
    package var group: DependencyGroup?
    /// For the topic `kpis`: which items, and in what order; for `calls` its limit only, that of each list.
    package var page = KPIsPage()
    package var environment: String?
    package var service: String?
    package var dependency: String?
    /// For the topic `calls` only.
    package var operation: String?
    /// For the topic `hosts` only.
    package var host: String?

    package init() {}

    package func matches(_ key: SeriesKey) -> Bool {
        (environment == nil || environment == key.environment) && (service == nil || service == key.service)
            && (dependency == nil || dependency == key.dependency)
            && (operation == nil || operation == key.operation)
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
        case .alerts: []
        case .calls: ["dependency", "environment", "limit", "operation", "service"]
        case .graph: ["dependency", "environment", "group", "service", "window"]
        case .hosts: ["environment", "host", "service"]
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
        switch topic {
        case .alerts: break
        case .calls: filter.page.limit = try parameters.number("limit", in: 1...RecentCalls.maximumCalls)
        case .graph, .kpis: filter.page = try KPIsPage(parameters)
        case .hosts: break
        }
        filter.environment = parameters["environment"]
        filter.service = parameters["service"]
        filter.dependency = parameters["dependency"]
        filter.operation = parameters["operation"]
        guard filter.by != .instance || filter.dependency == nil else {
            throw .invalidParameter("dependency", "instances are not told apart by what they call.")
        }
        filter.host = parameters["host"]
        self.init(topic: topic, filter: filter)
    }

    /// The filter as a client writes it, with its defaults.
    package var filterTexts: [String: String] {
        var texts: [String: String] = [:]
        switch topic {
        case .alerts, .calls, .hosts: break
        case .graph, .kpis: texts["window"] = filter.window.name
        }
        texts["by"] = filter.by?.rawValue
        texts["group"] = filter.group?.rawValue
        texts["sort"] = filter.page.sort?.name
        texts["limit"] = filter.page.limit.map(String.init)
        if filter.page.offset > 0 { texts["offset"] = String(filter.page.offset) }
        texts["environment"] = filter.environment
        texts["service"] = filter.service
        texts["dependency"] = filter.dependency
        texts["operation"] = filter.operation
        texts["host"] = filter.host
        return texts
    }
}
