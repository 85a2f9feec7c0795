import NIOCore

/// A view's newest state, encoded once for all its subscribers: the buffers are shared, not copied.
///
/// Holds the state as a whole, and the updates that lead to it: no more of these than the whole has bytes, the newest
/// in any case, and at most ``maximumUpdates``.
struct LiveEncoding: Sendable {
    /// An `update` as a frame, and which `seq` it builds on.
    struct Update: Sendable {
        let from: UInt64
        let frame: ByteBuffer
    }

    /// A minute of them.
    static let maximumUpdates = 60
    /// A view that did not change is sent again after this.
    static let refreshInterval: Duration = .seconds(10)

    let position: LivePosition
    /// A `snapshot` as a frame.
    let snapshot: ByteBuffer
    /// Oldest first; each builds on the one before.
    let updates: [Update]
    let news: LiveNews
    private let content: LiveContent
    /// When it was encoded: a view that does not change is still sent now and then, so that `at` tells its age.
    private let encodedAt: ContinuousClock.Instant

    init(view: View, position: LivePosition, data: RenderedView, now: ContinuousClock.Instant) throws {
        self = try LiveEncoding(
            view: view, position: position, content: LiveContent(start: data.start, rest: data.rest), updates: [],
            encodedAt: now)
    }

    private init(
        view: View, position: LivePosition, content: LiveContent, updates: [Update], encodedAt: ContinuousClock.Instant
    ) throws {
        self.position = position
        self.content = content
        self.encodedAt = encodedAt
        snapshot = WebSocketText.frame(
            try LiveMessages.snapshot(view: view, position: position, data: [content.start, content.rest]))
        var bytes = updates.reduce(0) { $0 + $1.frame.readableBytes }
        var kept = updates[...]
        while kept.count > 1, kept.count > Self.maximumUpdates || bytes > snapshot.readableBytes {
            bytes -= kept.removeFirst().frame.readableBytes
        }
        self.updates = Array(kept)
        news = LiveNews(position: position, steps: kept.map(\.from))
    }

    /// The encoding that follows; `nil` where nothing changed, and subscribers have heard of that lately.
    func next(
        view: View, position: LivePosition, data: RenderedView, now: ContinuousClock.Instant
    ) throws -> LiveEncoding? {
        if data.rest == content.rest, encodedAt.duration(to: now) < Self.refreshInterval { return nil }
        let newer = LiveContent(start: data.start, rest: data.rest)
        var chain: [Update] = []
        if let changes = newer.changes(since: content) {
            let message = try LiveMessages.update(
                view: view, position: position, from: self.position.seq, data: changes)
            chain = updates + [Update(from: self.position.seq, frame: WebSocketText.frame(message))]
        }
        return try LiveEncoding(view: view, position: position, content: newer, updates: chain, encodedAt: now)
    }
}
