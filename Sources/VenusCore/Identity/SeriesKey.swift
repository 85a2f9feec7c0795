/// What a number is about.
public enum Level: UInt8, Sendable, Hashable, CaseIterable, Codable {
    case total = 0
    case service = 1
    case dependency = 2
    case edge = 3
    case operation = 4

    public var name: String {
        switch self {
        case .total: "total"
        case .service: "service"
        case .dependency: "dependency"
        case .edge: "edge"
        case .operation: "operation"
        }
    }

    public init?(name: String) {
        guard let level = Level.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }
}

/// The identity of one series of KPIs: a level, and the names that this level has. The others are empty.
public struct SeriesKey: Sendable, Hashable, Comparable, Codable {
    public var level: Level
    public var environment: String
    /// The calling service, at the levels service, edge and operation.
    public var service: String
    /// `host:port`, at the levels dependency, edge and operation.
    public var dependency: String
    /// `METHOD route`, at the level operation.
    public var operation: String

    private init(level: Level, environment: String, service: String, dependency: String, operation: String) {
        self.level = level
        self.environment = environment
        self.service = service
        self.dependency = dependency
        self.operation = operation
    }

    public static func total(environment: String) -> SeriesKey {
        SeriesKey(level: .total, environment: environment, service: "", dependency: "", operation: "")
    }
    public static func service(_ service: String, environment: String) -> SeriesKey {
        SeriesKey(level: .service, environment: environment, service: service, dependency: "", operation: "")
    }
    public static func dependency(_ dependency: String, environment: String) -> SeriesKey {
        SeriesKey(level: .dependency, environment: environment, service: "", dependency: dependency, operation: "")
    }
    public static func edge(service: String, dependency: String, environment: String) -> SeriesKey {
        SeriesKey(level: .edge, environment: environment, service: service, dependency: dependency, operation: "")
    }
    public static func operation(
        _ operation: String, service: String, dependency: String, environment: String
    ) -> SeriesKey {
        SeriesKey(
            level: .operation, environment: environment, service: service, dependency: dependency,
            operation: operation)
    }

    /// The key with these fields, keeping of them what `level` has; for readers of stored rows.
    public static func stored(
        level: Level, environment: String, service: String, dependency: String, operation: String
    ) -> SeriesKey {
        switch level {
        case .total: .total(environment: environment)
        case .service: .service(service, environment: environment)
        case .dependency: .dependency(dependency, environment: environment)
        case .edge: .edge(service: service, dependency: dependency, environment: environment)
        case .operation:
            .operation(operation, service: service, dependency: dependency, environment: environment)
        }
    }

    /// The same calls at a coarser level; an operation has all of them, an edge all but the operation.
    public func key(at level: Level) -> SeriesKey {
        .stored(
            level: level, environment: environment, service: service, dependency: dependency, operation: operation)
    }

    public static func < (left: SeriesKey, right: SeriesKey) -> Bool {
        (left.level.rawValue, left.environment, left.service, left.dependency, left.operation)
            < (right.level.rawValue, right.environment, right.service, right.dependency, right.operation)
    }
}
