/// A resolution of stored history. Buckets are aligned to UTC and nest exactly.
public enum Tier: Int, Sendable, Hashable, CaseIterable, Codable {
    case minute = 60
    case quarterHour = 900
    case twoHours = 7_200
    case eightHours = 28_800
    case day = 86_400

    /// Length of a bucket in seconds.
    public var seconds: Int64 { Int64(rawValue) }

    /// `1m`, `15m`, `2h`, `8h`, `1d`.
    public var name: String {
        switch self {
        case .minute: "1m"
        case .quarterHour: "15m"
        case .twoHours: "2h"
        case .eightHours: "8h"
        case .day: "1d"
        }
    }

    public init?(name: String) {
        guard let tier = Tier.allCases.first(where: { $0.name == name }) else { return nil }
        self = tier
    }

    /// The next coarser tier, whose buckets are made from this one's.
    public var parent: Tier? {
        switch self {
        case .minute: .quarterHour
        case .quarterHour: .twoHours
        case .twoHours: .eightHours
        case .eightHours: .day
        case .day: nil
        }
    }

    /// The next finer tier, from whose buckets this one's are made.
    public var child: Tier? { Tier.allCases.first { $0.parent == self } }

    /// How long buckets are kept unless configured otherwise, in seconds.
    public var defaultRetention: Int64 {
        switch self {
        case .minute: 26 * 3_600
        case .quarterHour: 8 * 86_400
        case .twoHours: 35 * 86_400
        case .eightHours: 100 * 86_400
        case .day: 3 * 366 * 86_400
        }
    }

    /// Start of the bucket that holds `second` (seconds since the epoch, UTC).
    public func bucket(of second: Int64) -> Int64 {
        second - ((second % seconds) + seconds) % seconds
    }
}
