import Synchronization
package import VenusAnalysis

/// The live data of this server: fed by one reader, read by every request and subscription.
package final class LiveState: Sendable {
    private struct State {
        var frames = LiveFrames()
        var picture: LivePicture
    }

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

    /// - Returns: whether the frame brought anything newer.
    @discardableResult
    package func receive(_ frame: FeedFrame) -> Bool {
        state.withLock { state in
            guard state.frames.receive(frame) else { return false }
            state.picture = LivePicture(frames: Array(state.frames.frames.values), startedAt: startedAt)
            return true
        }
    }
}
