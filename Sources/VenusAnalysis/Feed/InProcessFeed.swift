import Synchronization

/// The live feed within one process. A reader that lags gets the newest frame of each shard.
public final class InProcessFeed: LiveFeed {
    private struct Reader {
        /// Gone with the stream that reads from it.
        weak var mailbox: FrameMailbox?
    }

    private struct State {
        var readers: [Reader] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    public init() {}

    public func publish(_ frame: FeedFrame) {
        let mailboxes = state.withLock { state in
            state.readers.removeAll { $0.mailbox?.isClosed ?? true }
            return state.readers.compactMap(\.mailbox)
        }
        for mailbox in mailboxes { mailbox.put(frame) }
    }

    public func frames() -> AsyncStream<FeedFrame> {
        let mailbox = FrameMailbox()
        let isClosed = state.withLock { state in
            if !state.isClosed { state.readers.append(Reader(mailbox: mailbox)) }
            return state.isClosed
        }
        if isClosed { mailbox.close() }
        return AsyncStream { await mailbox.next() }
    }

    /// Ends every stream of frames.
    public func close() {
        let mailboxes = state.withLock { state in
            state.isClosed = true
            defer { state.readers.removeAll() }
            return state.readers.compactMap(\.mailbox)
        }
        for mailbox in mailboxes { mailbox.close() }
    }
}
