/// How long to wait before the next try: doubles with every failure, up to a bound, less a random part of at most half,
/// so that many that failed together do not come back together.
public struct Backoff: Sendable {
    public let first: Duration
    public let longest: Duration
    private var failures = 0

    public init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// Counts a failure and returns the wait after it.
    ///
    /// - Parameter random: 0 ..< 1.
    public mutating func failed(random: Double) -> Duration {
        // 2^20 times any first wait is past any bound worth having; further doubling would only overflow.
        let wait = min(longest, first * (1 << min(failures, 20)))
        failures += 1
        return wait * (1 - random / 2)
    }

    /// The next failure is the first again.
    public mutating func succeeded() { failures = 0 }
}
