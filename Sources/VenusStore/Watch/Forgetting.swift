/// That history forgot a series: what was called last before that is not watched before it is called again.
public struct Forgetting: Sendable, Hashable, Codable {
    /// For so long, in seconds, an edge would be watched after its last call, and a little longer.
    private static let lasting: Int64 = 2 * 86_400

    public var series: ForgottenSeries
    /// Seconds since the epoch.
    public var at: Int64

    public init(_ series: ForgottenSeries, at: Int64) {
        self.series = series
        self.at = at
    }
}

extension Forgetting: WatchItem {
    public static var watchKind: WatchKind { .forgetting }
    public var endsAt: Int64? { at + Self.lasting }
}
