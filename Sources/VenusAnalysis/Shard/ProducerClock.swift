/// How far a producer's clock is from the call log's, by the times at which its heartbeats were written and appended.
///
/// A heartbeat takes a while to be appended, much longer when the log is away; the one that took least tells most.
package struct ProducerClock: Sendable {
    /// Heartbeats that are compared: a minute of them.
    package static let samples = 12
    /// From so many on, the difference is known.
    package static let fewest = 3

    private var delays: [Int64] = []

    package init() {}

    /// Notes a heartbeat, and returns how far the producer's clock is ahead, in milliseconds; negative where it is
    /// behind, and 0 where that is not known yet.
    package mutating func note(sentAt: Int64, appendedAt: Int64) -> Int64 {
        if delays.count == Self.samples { delays.removeFirst() }
        delays.append(appendedAt - sentAt)
        guard delays.count >= Self.fewest, let least = delays.min() else { return 0 }
        return -least
    }
}
