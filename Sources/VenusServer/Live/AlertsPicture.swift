import VenusStore

/// Alerts as the store has them at one moment, and the transitions that led there.
struct AlertsPicture: Sendable {
    /// Alerts that are shown at most; the one that changed last first.
    static let maximumAlerts = 1_000
    /// Transitions that are kept for those who return.
    static let maximumTransitions = 1_024

    var position: AlertPosition
    /// Those that are not inactive.
    var alerts: [AlertItem]
    /// The newest, without gaps, the oldest first.
    var transitions: [TransitionItem]
    /// Milliseconds since the epoch.
    var at: Int64

    /// Reads it; of transitions only what is newer than `known`.
    init(_ store: any AlertStore, after known: AlertsPicture?, at now: Int64) async throws {
        position = try await store.alertPosition()
        let isSame = known?.position.epoch == position.epoch
        let since = isSame ? known?.position.newest ?? 0 : 0
        let news = try await store.transitions(after: since, limit: Self.maximumTransitions)
        // The position is read again: what came in between is in both.
        if let newest = news.last?.number { position.newest = max(position.newest, newest) }
        var transitions = (isSame ? known?.transitions ?? [] : []) + (try news.map { try TransitionItem($0) })
        // After a gap only what follows it.
        if let start = transitions.indices.dropFirst().last(where: {
            transitions[$0].number != transitions[$0 - 1].number + 1
        }) {
            transitions.removeFirst(start)
        }
        self.transitions = Array(transitions.suffix(Self.maximumTransitions))
        var query = AlertQuery(states: [.pending, .firing, .noData], limit: Self.maximumAlerts)
        query.before = nil
        alerts = try await store.alerts(query).map { try AlertItem($0) }
        at = now
    }
}

extension AlertsPicture: JSONWritable {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("alerts")
            writer.array(alerts) { $1.write(to: &$0) }
            writer.name("at")
            writer.value(Timestamp.text(milliseconds: at))
        }
    }
}
