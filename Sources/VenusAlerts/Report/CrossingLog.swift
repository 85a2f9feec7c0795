public import VenusCore

/// Since when limits have been crossed. What is not crossed at a judgement is forgotten; a judgement that could not be made
/// (too few calls) changes nothing. Bound: ``maximumCrossings``.
public struct CrossingLog: Sendable, Hashable, Codable {
    public static let maximumCrossings = 100_000

    /// A threshold at a subject.
    public struct Place: Sendable, Hashable, Codable {
        public var subject: WatchSubject
        public var metric: Metric
        public var direction: Direction
    }

    private var since: [Place: Int64] = [:]

    public init() {}

    public var count: Int { since.count }

    /// Notes that a limit of this threshold is crossed now, and says since when.
    mutating func crossed(_ place: Place, at now: Int64) -> Int64 {
        if let first = since[place] { return min(first, now) }
        if since.count < Self.maximumCrossings { since[place] = now }
        return now
    }

    mutating func notCrossed(_ place: Place) { since[place] = nil }

    /// Forgets what is no longer there.
    public mutating func keep(_ isKept: (WatchSubject) -> Bool) { since = since.filter { isKept($0.key.subject) } }
}
