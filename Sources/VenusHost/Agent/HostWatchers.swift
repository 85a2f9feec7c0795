/// What a server says of whether somebody looks at the agent's host.
///
/// `{"ask_again_ms","publish_ms","watched_for_ms"}`
package struct HostWatchers: Sendable, Equatable, Decodable {
    /// When to ask again, in milliseconds; 0: at once, as one whose question was held.
    package var askAgain: Int64
    /// How often whoever looks likes to hear, in milliseconds.
    package var publish: Int64
    /// Somebody looks for so many milliseconds yet; 0: nobody does.
    package var watchedFor: Int64

    private enum CodingKeys: String, CodingKey {
        case askAgain = "ask_again_ms"
        case publish = "publish_ms"
        case watchedFor = "watched_for_ms"
    }

    package init(watchedFor: Int64, publish: Int64 = 1_000, askAgain: Int64 = 0) {
        self.watchedFor = watchedFor
        self.publish = publish
        self.askAgain = askAgain
    }
}
