import NIOCore

/// A view's newest state, encoded once for all its subscribers: the buffers are shared, not copied.
///
/// Holds the state as a whole, and the updates that lead to it.
struct LiveEncoding: Sendable {
    /// An `update` as a frame, and which `seq` it builds on.
    struct Update: Sendable {
        let from: UInt64
        let frame: ByteBuffer
    }

    /// What it was made of, and the next one is compared with.
    enum Origin: Sendable {
        /// When it was encoded tells when it is sent again though it did not change.
        case state(LiveContent, encodedAt: ContinuousClock.Instant)
        /// Of the ``CallsPicture`` of this generation.
        case calls(generation: UInt64)
        /// Of the ``AlertsPicture`` of this version.
        case alerts(version: Int64)
    }

    let position: LivePosition
    /// A `snapshot` as a frame.
    let snapshot: ByteBuffer
    /// Oldest first; each builds on the one before.
    let updates: [Update]
    let news: LiveNews
    let origin: Origin

    /// - Parameters:
    ///   - updates: of which the last are kept.
    ///   - bytes: of the updates that are kept at most; the newest is in any case.
    ///   - count: of the updates that are kept at most.
    init(
        view: View, position: LivePosition, snapshot: ByteBuffer, updates: [Update], keeping bytes: Int, count: Int,
        origin: Origin
    ) {
        var held = updates.reduce(0) { $0 + $1.frame.readableBytes }
        var kept = updates[...]
        while kept.count > 1, kept.count > count || held > bytes {
            held -= kept.removeFirst().frame.readableBytes
        }
        self.position = position
        self.snapshot = snapshot
        self.updates = Array(kept)
        self.origin = origin
        news = LiveNews(position: position, steps: kept.map(\.from), isConflated: view.topic.isConflated)
    }
}
