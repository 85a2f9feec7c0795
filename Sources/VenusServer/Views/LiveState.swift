import Synchronization
package import VenusAnalysis

/// The live data of this server: fed by one reader, read by every request and subscription.
package final class LiveState: Sendable {
    private struct State {
        var frames = LiveFrames()
        var picture: LivePicture
        /// By shard; as many as there are frames.
        var readUntil: [Int: Int64] = [:]
        var thresholds = StoredThresholds.builtIn
        /// Shards whose newest frame came since the last ``takeNews()``.
        var news: Set<Int> = []
    }

    /// A shard without a frame for so many milliseconds is not waited for.
    private static let patience: Int64 = 2_500

    private let state: Mutex<State>
    private let startedAt: Int64

    /// - Parameter startedAt: milliseconds since the epoch.
    package init(startedAt: Int64) {
        self.startedAt = startedAt
        state = Mutex(State(picture: LivePicture(frames: [], startedAt: startedAt)))
    }

    package var picture: LivePicture { state.withLock { $0.picture } }

    /// When the newest frame ended its windows, milliseconds since the epoch; `nil` before the first.
    package var newestFrameAt: Int64? { state.withLock { $0.frames.frames.values.map(\.at).max() } }

    /// Up to when all that the shard's log held has been read, milliseconds since the epoch; `nil` where that is not
    /// known.
    package func readUntil(shard: Int) -> Int64? { state.withLock { $0.readUntil[shard] } }

    /// Whether every shard that is analysed now has brought a frame since the last ``takeNews()``.
    package var hasNewsOfAll: Bool {
        state.withLock { state in
            let newest = state.frames.frames.values.map(\.at).max() ?? 0
            return state.frames.frames.allSatisfy { shard, frame in
                state.news.contains(shard) || newest - frame.at > Self.patience
            }
        }
    }

    /// Whether any frame came since the last time this was asked.
    package func takeNews() -> Bool {
        state.withLock { state in
            defer { state.news = [] }
            return !state.news.isEmpty
        }
    }

    /// - Returns: whether the frame brought anything newer.
    @discardableResult
    package func receive(_ frame: FeedFrame) -> Bool {
        state.withLock { state in
            guard state.frames.receive(frame) else { return false }
            state.news.insert(frame.shard)
            if frame.isUpToDate { state.readUntil[frame.shard] = frame.at }
            paint(&state)
            return true
        }
    }

    /// Grades by these from now on, unless newer ones came meanwhile. Views that are subscribed to are told with the
    /// next frame.
    package func grade(by thresholds: StoredThresholds) {
        state.withLock { state in
            guard thresholds.version > state.thresholds.version else { return }
            state.thresholds = thresholds
            paint(&state)
        }
    }

    private func paint(_ state: inout State) {
        state.picture = LivePicture(
            frames: Array(state.frames.frames.values), startedAt: startedAt, thresholds: state.thresholds,
            generation: state.picture.generation + 1)
    }
}

extension FeedFrame {
    /// Whether the shard's log was read to its end: while it is away, or more is in it than can be read, no window is
    /// said to be complete.
    fileprivate var isUpToDate: Bool { coveredSince < at / 1_000 }
}
