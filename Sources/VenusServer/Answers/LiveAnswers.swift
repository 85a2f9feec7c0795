import NIOCore
import Synchronization

/// The answers made of the newest live picture: each is written once, and compressed once, however many ask for it.
///
/// Bound: ``maximumAnswers`` answers of ``maximumBytes`` together, and no older picture's. What is beyond is made for
/// each request.
final class LiveAnswers: Sendable {
    static let maximumAnswers = 256
    static let maximumBytes = 64 << 20

    /// What is asked for.
    struct Question: Hashable, Sendable {
        var view: View
        var format: LiveFormat
        var isCompressed: Bool
    }

    private struct State {
        /// Of which picture the answers are.
        var generation: UInt64 = 0
        var answers: [Question: Task<Representation, Never>] = [:]
        var bytes = 0
    }

    private let state = Mutex(State())

    func answer(
        _ question: Question, of picture: LivePicture, make: @escaping @Sendable () -> Representation
    ) async -> Representation {
        let task = state.withLock { state -> Task<Representation, Never>? in
            if picture.generation > state.generation {
                state = State(generation: picture.generation)
            }
            guard picture.generation == state.generation else { return nil }
            if let known = state.answers[question] { return known }
            guard state.answers.count < Self.maximumAnswers, state.bytes < Self.maximumBytes else { return nil }
            let task = Task { [weak self] in
                let made = make()
                self?.made(made, generation: picture.generation)
                return made
            }
            state.answers[question] = task
            return task
        }
        return await (task ?? Task { make() }).value
    }

    private func made(_ answer: Representation, generation: UInt64) {
        state.withLock { state in
            guard state.generation == generation else { return }
            state.bytes += answer.body.readableBytes + (answer.compressed?.readableBytes ?? 0)
        }
    }
}
