import VenusStore

/// The view of alerts: each stored transition is told once, on whichever server. `epoch` is the store's, and `seq` the
/// number of the transition, so that a position means the same everywhere.
extension LiveEncoding {
    /// Of the updates that are kept.
    static let maximumAlertsBytes = 1_048_576

    init(view: View, alerts: AlertsPicture) throws {
        let position = LivePosition(epoch: alerts.position.epoch, seq: UInt64(max(0, alerts.position.newest)))
        let updates = try alerts.transitions.map { transition in
            let number = UInt64(max(1, transition.number))
            var data = JSONWriter()
            data.object { data in
                data.name("at")
                data.value(Timestamp.text(milliseconds: transition.at * 1_000))
                data.name("transitions")
                data.array([transition]) { $1.write(to: &$0) }
            }
            let message = try LiveMessages.update(
                view: view, position: LivePosition(epoch: position.epoch, seq: number), from: number - 1,
                data: data.bytes)
            return Update(from: number - 1, frame: WebSocketText.frame(message))
        }
        self.init(
            view: view, position: position,
            snapshot: WebSocketText.frame(
                try LiveMessages.snapshot(view: view, position: position, data: [alerts.json])),
            updates: updates, keeping: Self.maximumAlertsBytes, count: AlertsPicture.maximumTransitions,
            origin: .alerts(version: alerts.position.version))
    }

    /// The encoding that follows; `nil` where it shows the same already, or what came after it: a tick may hold a picture
    /// that another has overtaken.
    func next(view: View, alerts: AlertsPicture) throws -> LiveEncoding? {
        guard case .alerts(let version) = origin else { preconditionFailure("a view keeps its topic") }
        guard version < alerts.position.version || position.epoch != alerts.position.epoch else { return nil }
        return try LiveEncoding(view: view, alerts: alerts)
    }
}
