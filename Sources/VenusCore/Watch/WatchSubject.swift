/// What a threshold, a rule or a silence is about.
public enum WatchSubject: Sendable, Hashable, Comparable {
    /// All that nothing nearer is stored for.
    case everything
    case series(SeriesKey)
    case host(String)

    public static func < (left: WatchSubject, right: WatchSubject) -> Bool {
        switch (left, right) {
        case (.everything, .everything): false
        case (.everything, _): true
        case (.series, .everything): false
        case (.series(let one), .series(let other)): one < other
        case (.series, .host): true
        case (.host(let one), .host(let other)): one < other
        case (.host, _): false
        }
    }

    /// `default`, the level of a series, or `host`.
    public var level: String {
        switch self {
        case .everything: "default"
        case .series(let key): key.level.name
        case .host: "host"
        }
    }

    public var key: SeriesKey? {
        if case .series(let key) = self { key } else { nil }
    }
}

extension WatchSubject: Codable {
    private enum CodingKeys: String, CodingKey { case level, environment, service, dependency, operation, host }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .level)
        switch name {
        case "default": self = .everything
        case "host": self = .host(try container.decode(String.self, forKey: .host))
        default:
            guard let level = Level(name: name) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .level, in: container, debugDescription: "\(name) is no level")
            }
            func text(_ key: CodingKeys, from first: Level...) throws -> String {
                guard first.contains(level) else { return "" }
                return try container.decode(String.self, forKey: key)
            }
            self = .series(
                .stored(
                    level: level, environment: try container.decode(String.self, forKey: .environment),
                    service: try text(.service, from: .service, .edge, .operation),
                    dependency: try text(.dependency, from: .dependency, .edge, .operation),
                    operation: try text(.operation, from: .operation)))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(level, forKey: .level)
        switch self {
        case .everything: break
        case .host(let name): try container.encode(name, forKey: .host)
        case .series(let key):
            try container.encode(key.environment, forKey: .environment)
            for (name, text) in [
                (CodingKeys.service, key.service), (.dependency, key.dependency), (.operation, key.operation),
            ] where !text.isEmpty { try container.encode(text, forKey: name) }
        }
    }
}
