/// A number that thresholds are set on. Its ``name`` is what the API, the store and messages call it.
public enum Metric: Sendable, Hashable {
    /// Fraction 0 … 1.
    case availability
    /// Fraction 0 … 1, less the statuses that a threshold tolerates.
    case errorRate
    /// Milliseconds of a call's `duration`.
    case responseTime(Statistic)
    /// Milliseconds from the request's last byte to the response's first.
    case timeToFirstByte(Statistic)
    /// Calls per minute.
    case load
    /// A metric of a host by its name, in that metric's unit: `system.memory.utilization`.
    case host(String)

    /// What is taken of a distribution.
    public enum Statistic: String, Sendable, Hashable, CaseIterable {
        case mean, p50, p95, p99
    }

    /// Longest name of a host's metric in bytes.
    public static let maximumHostNameBytes = 128
    private static let hostPrefix = "host:"

    /// `availability`, `error_rate`, `response_time_p95_ms`, `ttfb_mean_ms`, `calls_per_minute`, `host:NAME`.
    public var name: String {
        switch self {
        case .availability: "availability"
        case .errorRate: "error_rate"
        // Written out: what is crossed is told in every tick, and a text that is put together is allocated.
        case .responseTime(.mean): "response_time_mean_ms"
        case .responseTime(.p50): "response_time_p50_ms"
        case .responseTime(.p95): "response_time_p95_ms"
        case .responseTime(.p99): "response_time_p99_ms"
        case .timeToFirstByte(.mean): "ttfb_mean_ms"
        case .timeToFirstByte(.p50): "ttfb_p50_ms"
        case .timeToFirstByte(.p95): "ttfb_p95_ms"
        case .timeToFirstByte(.p99): "ttfb_p99_ms"
        case .load: "calls_per_minute"
        case .host(let name): Self.hostPrefix + name
        }
    }

    /// The metric of this name; of a host's only letters, digits, `.`, `_`, `-` and `/` are taken.
    public init?(name: String) {
        if name.hasPrefix(Self.hostPrefix) {
            let own = String(name.dropFirst(Self.hostPrefix.count))
            let isName = own.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
                    UInt8(ascii: "/"):
                    true
                default: false
                }
            }
            guard !own.isEmpty, own.utf8.count <= Self.maximumHostNameBytes, isName else { return nil }
            self = .host(own)
        } else if let metric = Self.ofCalls.first(where: { $0.name == name }) {
            self = metric
        } else {
            return nil
        }
    }

    /// All that calls have.
    public static let ofCalls: [Metric] =
        [.availability, .errorRate, .load] + Statistic.allCases.map { .responseTime($0) }
        + Statistic.allCases.map { .timeToFirstByte($0) }

    /// Whether the metric is a fraction 0 … 1.
    public var isFraction: Bool { self == .availability || self == .errorRate }

    /// Whether it says nothing where there were few calls. Few calls are what a limit on load is about, and a host has
    /// none.
    public var needsCalls: Bool {
        switch self {
        case .availability, .errorRate, .responseTime, .timeToFirstByte: true
        case .load, .host: false
        }
    }

    /// The side on which a limit is crossed unless a threshold says otherwise.
    public var usualDirection: Direction { self == .availability ? .below : .above }
}

extension Metric: Codable {
    public init(from decoder: any Decoder) throws {
        let name = try decoder.singleValueContainer().decode(String.self)
        guard let metric = Metric(name: name) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\(name) is no metric"))
        }
        self = metric
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
