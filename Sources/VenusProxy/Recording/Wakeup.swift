import Synchronization

/// Lets tasks sleep until something happened. What happens while nobody waits is remembered, once.
final class Wakeup: Sendable {
    private struct State {
        var isPending = false
        var isOpen = false
        var nextWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// Wakes who waits, or the next who will.
    func wake() {
        let waiters = state.withLock { state in
            state.isPending = state.waiters.isEmpty
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// Wakes everyone, now and forever.
    func open() {
        state.withLock { $0.isOpen = true }
        wake()
    }

    /// Returns at the next ``wake()``, or when the task is cancelled.
    func wait() async {
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isPending || state.isOpen || Task.isCancelled {
                        state.isPending = false
                        return true
                    }
                    state.waiters[waiter] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: waiter) }?.resume()
        }
    }
}
