import Synchronization

/// The frames that one reader has not yet taken: of each shard the newest, so at most one a shard.
final class FrameMailbox: Sendable {
    private struct State {
        var waiting: [FeedFrame] = []
        var reader: CheckedContinuation<FeedFrame?, Never>?
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Puts a frame in; in place of an older one of the same shard.
    func put(_ frame: FeedFrame) {
        let reader = state.withLock { state -> CheckedContinuation<FeedFrame?, Never>? in
            guard !state.isClosed else { return nil }
            if let reader = state.reader {
                state.reader = nil
                return reader
            }
            if let place = state.waiting.firstIndex(where: { $0.shard == frame.shard }) {
                state.waiting[place] = frame
            } else {
                state.waiting.append(frame)
            }
            return nil
        }
        reader?.resume(returning: frame)
    }

    /// The next frame; `nil` once the mailbox is closed, or the reader's task cancelled. One reader at a time.
    func next() async -> FeedFrame? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> FeedFrame?? in
                    if !state.waiting.isEmpty { return .some(state.waiting.removeFirst()) }
                    if state.isClosed { return .some(nil) }
                    precondition(state.reader == nil, "a stream of frames has one reader")
                    state.reader = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            close()
        }
    }

    /// Ends the reader's stream after the frames that wait.
    func close() {
        let reader = state.withLock { state -> CheckedContinuation<FeedFrame?, Never>? in
            state.isClosed = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }
}
