public import VenusCore

/// Something that a person has set, by which is watched. It is stored as JSON, whose names are those of its `Codable`:
/// they are not changed once released.
public protocol WatchItem: Codable, Sendable, Hashable {
    static var watchKind: WatchKind { get }
    /// When it means nothing any more, seconds since the epoch; `nil`: never.
    var endsAt: Int64? { get }
}

extension WatchItem {
    public var endsAt: Int64? { nil }
}

/// What kinds of them there are.
public enum WatchKind: String, Sendable, Hashable, CaseIterable {
    case threshold, rule, objective, silence, acknowledgement, forgetting

    /// Items of the kind that a store takes at most.
    public var maximumCount: Int {
        switch self {
        case .threshold: ThresholdTable.maximumStored
        case .rule: 5_000
        case .objective: 500
        case .silence: 1_000
        case .acknowledgement, .forgetting: 10_000
        }
    }

    /// How long what has ended is still kept and listed, in seconds.
    public static let keptAfterEnd: Int64 = 7 * 86_400
}

extension StoredThreshold: WatchItem {
    public static var watchKind: WatchKind { .threshold }
}

extension AlertRule: WatchItem {
    public static var watchKind: WatchKind { .rule }
}

extension Objective: WatchItem {
    public static var watchKind: WatchKind { .objective }
}

extension Silence: WatchItem {
    public static var watchKind: WatchKind { .silence }
    public var endsAt: Int64? { ends }
}

extension FaultAcknowledgement: WatchItem {
    public static var watchKind: WatchKind { .acknowledgement }
}
