import Synchronization
import TestSupport
import VenusHost

/// Time that passes while an agent waits, as far as it is allowed to.
final class SimulatedTime: Sendable {
    private struct State {
        var now: Int64
        var limit: Int64
        /// An agent waits for what is beyond the limit.
        var isHeld = false
    }

    private let state: Mutex<State>

    init(at now: Int64) { state = Mutex(State(now: now, limit: now)) }

    /// Milliseconds since the epoch.
    var now: Int64 { state.withLock { $0.now } }
    var reading: HostTime { HostTime(at: now, clock: Double(now) / 1_000) }

    /// Returns at that time, or when the task is cancelled.
    @Sendable func wait(until time: Int64) async {
        while !Task.isCancelled, !pass(to: time) { try? await Task.sleep(for: .milliseconds(1)) }
    }

    private func pass(to time: Int64) -> Bool {
        state.withLock { state in
            state.isHeld = time > state.limit
            if !state.isHeld { state.now = max(state.now, time) }
            return !state.isHeld
        }
    }

    /// Lets time pass until nothing more is to be done before `time`, with an agent that runs.
    func run(to time: Int64) async throws {
        state.withLock { ($0.limit, $0.isHeld) = (time, false) }
        try await eventually(within: .seconds(60), poll: .milliseconds(2), "the time") {
            state.withLock { $0.isHeld }
        }
    }

    /// Time passes without an agent.
    func skip(to time: Int64) { state.withLock { $0.now = max($0.now, time) } }
}
