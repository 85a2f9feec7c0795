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
    /// Rises with every picture of one ``LiveState``: pictures of the same are the same.
    package let generation: UInt64
    /// Which environments are in it.
    package let environments: Set<String>
    /// Which dependencies are services.
    package let announced: AnnouncedServices
    /// Tells pictures apart, on all servers alike: of which frames it is made, by which thresholds it is graded, and by
    /// which version it is written.
    package let fingerprint: String
    /// Calls by themselves, of each shard.
    package var calls: CallsPicture {
        CallsPicture(at: at, generation: generation, shards: frames.map(\.recentCalls))
    }
    /// By what grades are given.
    package let thresholds: StoredThresholds
    private let frames: [FeedFrame]
    private let windows = Mutex<[Window: WindowPicture]>([:])

    /// - Parameters:
    ///   - frames: of all shards.
    ///   - startedAt: milliseconds since the epoch: `at` as long as there are no frames.
    package init(frames: [FeedFrame], startedAt: Int64, thresholds: StoredThresholds = .builtIn, generation: UInt64 = 0)
    {
        self.generation = generation
        self.thresholds = thresholds
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
        self.environments = environments
        announced = AnnouncedServices(alive)
        fingerprint = Self.fingerprint(self.frames, thresholds, startedAt: startedAt)
    }

    private static func fingerprint(
        _ frames: [FeedFrame], _ thresholds: StoredThresholds, startedAt: Int64
    ) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ value: UInt64) {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                hash = (hash ^ (value >> shift & 255)) &* 0x100_0000_01B3
            }
        }
        for byte in Version.current.utf8 { mix(UInt64(byte)) }
        mix(UInt64(bitPattern: thresholds.version))
        // A server that has heard of nobody yet says when it began.
        if frames.isEmpty { mix(UInt64(bitPattern: startedAt)) }
        for frame in frames {
            mix(UInt64(frame.shard))
            mix(UInt64(bitPattern: frame.epoch))
            mix(UInt64(bitPattern: frame.at))
            mix(UInt64(frame.series.count))
            mix(UInt64(frame.instances.map { $0.series.count + 1 } ?? 0))
        }
        return String(hash, radix: 36)
    }

    /// A shard whose frame is older, milliseconds, says nothing about now.
    private static let patience: Int64 = 5_000

    /// Whether this tells of all calls of the window that ends now: every shard has told lately, and knew so much.
    ///
    /// - Parameter now: milliseconds since the epoch.
    package func isCovered(_ window: Window, at now: Int64) -> Bool {
        guard let shards = frames.max(by: { $0.at < $1.at })?.shards else { return false }
        // Of shards that there are no longer nothing is waited for.
        let counted = frames.filter { $0.shard < shards }
        return counted.count == shards
            && counted.allSatisfy { frame in
                now - frame.at < Self.patience && frame.coveredSince <= frame.at / 1_000 - window.seconds
            }
    }

    /// The edges that were called in the window, of each shard; what their calls add up to is not made for it.
    package func edgesCalled(in window: Window) -> [SeriesKey] {
        guard let place = Window.allCases.firstIndex(of: window) else { return [] }
        return frames.filter { at - $0.at < window.seconds * 1_000 }.flatMap { frame in
            frame.series.lazy.filter { series in
                guard series.key.level == .edge, series.windows.indices.contains(place) else { return false }
                // As in history: what was cancelled or denied says nothing of the dependency, nor do bytes alone.
                return series.windows[place].known + series.windows[place].unknown > 0
            }.map(\.key)
        }
    }

    package func window(_ window: Window) -> WindowPicture {
        if let known = windows.withLock({ $0[window] }) { return known }
        // Made outside the lock: two at once make the same.
        let made = WindowPicture(
            window: window, at: at, frames: frames, identifiers: identifiers, thresholds: thresholds.table)
        windows.withLock { $0[window] = made }
        return made
    }
}
