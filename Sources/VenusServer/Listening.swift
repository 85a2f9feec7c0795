import Synchronization

/// The address that the server listens at, for those who wait until it does.
final class Listening: Sendable {
    private enum State {
        case notYet([CheckedContinuation<ServerAddress, any Error>])
        case done(Result<ServerAddress, any Error>)
    }

    private let state = Mutex(State.notYet([]))

    var address: ServerAddress {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<ServerAddress, any Error>? in
                    switch state {
                    case .notYet(let waiting):
                        state = .notYet(waiting + [continuation])
                        return nil
                    case .done(let result): return result
                    }
                }
                if let result { continuation.resume(with: result) }
            }
        }
    }

    var isFinished: Bool {
        state.withLock { state in
            switch state {
            case .notYet: false
            case .done: true
            }
        }
    }

    /// The first result counts.
    func finish(_ result: Result<ServerAddress, any Error>) {
        let waiting = state.withLock { state -> [CheckedContinuation<ServerAddress, any Error>] in
            switch state {
            case .notYet(let waiting):
                state = .done(result)
                return waiting
            case .done: return []
            }
        }
        for continuation in waiting { continuation.resume(with: result) }
    }
}
