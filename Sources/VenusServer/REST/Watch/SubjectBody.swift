import VenusCore

/// What a body says that something is about: a level, and the names that this level has.
struct SubjectBody: Decodable {
    /// Longest name in bytes: as long as names are stored.
    static let maximumNameBytes = 512
    static let members: Set<String> = ["level", "environment", "service", "dependency", "operation", "host"]
    static let levels = ["default", "service", "edge", "operation", "host"]

    private var level: String?
    private var environment: String?
    private var service: String?
    private var dependency: String?
    private var operation: String?
    private var host: String?

    /// Whether it says anything.
    var isEmpty: Bool {
        level == nil && environment == nil && service == nil && dependency == nil && operation == nil && host == nil
    }

    /// - Parameter levels: those that are possible here.
    func subject(among levels: [String] = levels) throws(Problem) -> WatchSubject {
        guard let level, levels.contains(level) else {
            throw .invalidMember("level", "it is one of \(levels.joined(separator: ", ")).", allowed: levels)
        }
        let needed: [String] =
            switch level {
            case "service": ["environment", "service"]
            case "edge": ["environment", "service", "dependency"]
            case "operation": ["environment", "service", "dependency", "operation"]
            case "host": ["host"]
            default: []
            }
        let given = [
            ("environment", environment), ("service", service), ("dependency", dependency), ("operation", operation),
            ("host", host),
        ]
        for (name, value) in given {
            guard needed.contains(name) else {
                guard value == nil else { throw .invalidMember(name, "the level \(level) has none.") }
                continue
            }
            guard let value else { throw .invalidMember(name, "the level \(level) needs it.") }
            try Self.checkText(value, name, bytes: 1...Self.maximumNameBytes)
        }
        switch level {
        case "default": return .everything
        case "host": return .host(host ?? "")
        default:
            guard let level = Level(name: level) else { preconditionFailure("the other levels are those of series") }
            return .series(
                .stored(
                    level: level, environment: environment ?? "", service: service ?? "",
                    dependency: dependency ?? "", operation: operation ?? ""))
        }
    }

    /// Text without line ends and other control characters.
    static func checkText(_ text: String, _ member: String, bytes: ClosedRange<Int>) throws(Problem) {
        let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        guard bytes.contains(text.utf8.count), isPrintable else {
            throw .invalidMember(
                member, "it is \(bytes.lowerBound) to \(bytes.upperBound) bytes of text without line ends.")
        }
    }
}
