import VenusAnalysis

/// Views of calls: each call is told once. Those that a client has missed wait in the updates that are kept for all; of
/// what is beyond these it learns the count. `seq` is the number of calls told since the view has been looked at, and
/// `epoch` is drawn anew when that begins, so that a position always says how many calls are missing.
extension LiveEncoding {
    /// Of the updates that are kept.
    static let maximumCallsBytes = 262_144
    static let maximumCallsUpdates = 1_024
    static let callsPerUpdate = 100

    /// The first of a view: what the lists show.
    init(view: View, calls: CallsPicture) throws {
        let position = LivePosition(epoch: .random(in: 1..<1 << 48), seq: 0)
        try self.init(view: view, position: position, calls: calls, updates: [])
    }

    private init(view: View, position: LivePosition, calls: CallsPicture, updates: [Update]) throws {
        var output = CallsOutput(calls, filter: view.filter)
        output.at = Timestamp.text(milliseconds: calls.at)
        self.init(
            view: view, position: position,
            snapshot: WebSocketText.frame(
                try LiveMessages.snapshot(view: view, position: position, data: [output.json])),
            updates: updates, keeping: Self.maximumCallsBytes, count: Self.maximumCallsUpdates,
            origin: .calls(generation: calls.generation))
    }

    /// The encoding that follows; `nil` where none of the calls is the view's, or it shows them already.
    ///
    /// - Parameter ended: the calls that came since the picture before this one.
    func next(view: View, calls: CallsPicture, ended: [RecentCall]) throws -> LiveEncoding? {
        guard case .calls(let generation) = origin else { preconditionFailure("a view keeps its topic") }
        guard generation < calls.generation else { return nil }
        var rest = ended.filter { view.filter.matches($0.key) }[...]
        guard !rest.isEmpty else { return nil }
        let at = Timestamp.text(milliseconds: calls.at)
        var chain = updates
        var position = position
        while !rest.isEmpty {
            let told = rest.prefix(Self.callsPerUpdate)
            rest = rest.dropFirst(told.count)
            let from = position.seq
            position.seq += UInt64(told.count)
            var data = JSONWriter()
            data.object { data in
                data.name("at")
                data.value(at)
                data.name("calls")
                data.array(told) { $1.write(to: &$0) }
            }
            let message = try LiveMessages.update(view: view, position: position, from: from, data: data.bytes)
            chain.append(Update(from: from, frame: WebSocketText.frame(message)))
        }
        return try LiveEncoding(view: view, position: position, calls: calls, updates: chain)
    }
}
