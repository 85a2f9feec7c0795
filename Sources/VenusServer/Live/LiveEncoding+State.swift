import NIOCore

/// Views of a state: of what is missed, the newest state is enough.
extension LiveEncoding {
    /// A minute of them; and together no more bytes than the whole has.
    static let maximumUpdates = 60
    /// A view that did not change is sent again after this.
    static let refreshInterval: Duration = .seconds(10)

    /// The first of a view.
    init(view: View, position: LivePosition, data: RenderedView, now: ContinuousClock.Instant) throws {
        let content = LiveContent(start: data.start, rest: data.rest)
        try self.init(view: view, position: position, content: content, updates: [], now: now)
    }

    private init(
        view: View, position: LivePosition, content: LiveContent, updates: [Update], now: ContinuousClock.Instant
    ) throws {
        let snapshot = WebSocketText.frame(
            try LiveMessages.snapshot(view: view, position: position, data: [content.start, content.rest]))
        self.init(
            view: view, position: position, snapshot: snapshot, updates: updates, keeping: snapshot.readableBytes,
            count: Self.maximumUpdates, origin: .state(content, encodedAt: now))
    }

    /// The encoding that follows; `nil` where nothing changed, and subscribers have heard of that lately.
    func next(
        view: View, position: LivePosition, data: RenderedView, now: ContinuousClock.Instant
    ) throws -> LiveEncoding? {
        guard case .state(let content, let encodedAt) = origin else {
            preconditionFailure("a view keeps its topic")
        }
        if data.rest == content.rest, encodedAt.duration(to: now) < Self.refreshInterval { return nil }
        let newer = LiveContent(start: data.start, rest: data.rest)
        var chain: [Update] = []
        if let changes = newer.changes(since: content) {
            let message = try LiveMessages.update(
                view: view, position: position, from: self.position.seq, data: changes)
            chain = updates + [Update(from: self.position.seq, frame: WebSocketText.frame(message))]
        }
        return try LiveEncoding(view: view, position: position, content: newer, updates: chain, now: now)
    }
}
