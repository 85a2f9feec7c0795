import Synchronization
import VenusStore

/// Where a writing transaction dies: before its statement of that number, counted from the last ``arm(_:)``.
final class CrashPoint: Sendable {
    private struct State {
        var left: Int?
        var hasStruck = false
    }

    private let state = Mutex(State())

    /// The statement before which the next transactions die, from 0; `nil`: they live.
    func arm(_ statement: Int?) { state.withLock { $0 = State(left: statement) } }

    /// Whether something died since it was armed.
    var hasStruck: Bool { state.withLock { $0.hasStruck } }

    @Sendable func gate() throws {
        try state.withLock { state in
            guard let left = state.left else { return }
            guard left == 0 else {
                state.left = left - 1
                return
            }
            state.hasStruck = true
            throw StoreError(.unavailable, "the process died here")
        }
    }
}
