import Synchronization
package import VenusAnalysis
package import VenusCore
import VenusStore

/// What the shards' newest frames say together, at one moment. Immutable; each window is added up when first asked
/// for, and then kept.
package final class LivePicture: Sendable {
    /// Milliseconds since the epoch: what is shown is at least as new as this.
    package let at: Int64
    /// Distinguishes what is in one environment from its namesakes in others.
    package let identifiers: Identifiers
    private let frames: [FeedFrame]
    private let windows = Mutex<[Window: WindowPicture]>([:])

    /// - Parameters:
    ///   - frames: of all shards.
    ///   - startedAt: milliseconds since the epoch: `at` as long as there are no frames.
    package init(frames: [FeedFrame], startedAt: Int64) {
        let newest = frames.map(\.at).max() ?? startedAt
        // A shard that nobody has analysed for so long has nothing to say about any window.
        let alive = frames.filter { newest - $0.at < Window.hour1.seconds * 1_000 }
        self.frames = alive.sorted { $0.shard < $1.shard }
        at = alive.map(\.at).min() ?? startedAt
        var environments: Set<String> = []
        for frame in alive {
            for series in frame.series { environments.insert(series.key.environment) }
            for producer in frame.producers where producer.callsInFlight > 0 {
                environments.insert(producer.producer.environment)
            }
        }
        identifiers = Identifiers(namesEnvironment: environments.count > 1)
    }

    package func window(_ window: Window) -> WindowPicture {
        if let known = windows.withLock({ $0[window] }) { return known }
        // Made outside the lock: two at once make the same.
        let made = WindowPicture(window: window, at: at, frames: frames, identifiers: identifiers)
        windows.withLock { $0[window] = made }
        return made
    }
}
