/// Holds back a message that repeats: of the same one at most ``maximumPerMinute`` lines a minute are written, then one
/// that tells how many were left out.
package struct RepetitionLimiter: Sendable {
    package static let maximumPerMinute = 10
    /// Different messages that are remembered; beyond that, all are forgotten and counting starts again.
    package static let maximumMessages = 1_024
    private static let minute: Int64 = 60_000

    /// What makes two events the same: who says what. Metadata may differ.
    package struct Message: Sendable, Hashable {
        package var level: String
        package var label: String
        package var text: String

        package init(level: String, label: String, text: String) {
            self.level = level
            self.label = label
            self.text = text
        }
    }

    private struct Count {
        var since: Int64
        var seen: Int
    }

    private var counts: [Message: Count] = [:]
    /// When the first of the minutes ends, so that looking for ended ones costs nothing in between.
    private var nextEnd = Int64.max

    package init() {}

    /// Whether to write this one.
    ///
    /// - Parameter now: milliseconds of any clock; where it is set back, the minutes last longer.
    package mutating func admits(_ message: Message, at now: Int64) -> Bool {
        if counts.count >= Self.maximumMessages, counts[message] == nil { counts.removeAll(keepingCapacity: true) }
        var count = counts[message] ?? Count(since: now, seen: 0)
        count.seen += 1
        counts[message] = count
        nextEnd = min(nextEnd, count.since + Self.minute)
        return count.seen <= Self.maximumPerMinute
    }

    /// Forgets the messages whose minute is over, and returns those that were held back, with how often.
    package mutating func takeEnded(at now: Int64) -> [(message: Message, heldBack: Int)] {
        guard now >= nextEnd else { return [] }
        let ended = counts.filter { $0.value.since + Self.minute <= now }
        for message in ended.keys { counts[message] = nil }
        nextEnd = counts.values.map { $0.since + Self.minute }.min() ?? .max
        return ended.filter { $0.value.seen > Self.maximumPerMinute }
            .map { ($0.key, $0.value.seen - Self.maximumPerMinute) }
            .sorted { ($0.message.label, $0.message.text) < ($1.message.label, $1.message.text) }
    }
}
