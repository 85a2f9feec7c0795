import VenusCore

/// What is watched by, on its way from one store to another.
extension SQLSession {
    func exportWatched(_ body: (StoredRecord) throws -> Void) throws {
        try run("SELECT kind, id, body, changed_at, changed_by FROM watched ORDER BY kind, id", []) { row in
            var record = StoredRecord()
            record.watched = StoredRecord.Watched(
                kind: try row.text(0), id: try row.text(1), body: try row.text(2), changedAt: try row.millisecond(3),
                changedBy: try row.text(4))
            try body(record)
        }
    }

    /// Takes it over where it can be read; kinds that only a later version knows are left out.
    func take(_ watched: StoredRecord.Watched) throws {
        switch WatchKind(rawValue: watched.kind) {
        case .threshold: try take(watched, as: StoredThreshold.self)
        case .rule: try take(watched, as: AlertRule.self)
        case .objective: try take(watched, as: Objective.self)
        case .silence: try take(watched, as: Silence.self)
        case .acknowledgement: try take(watched, as: FaultAcknowledgement.self)
        case .forgetting: try take(watched, as: Forgetting.self)
        case nil: return
        }
    }

    private func take<Item: WatchItem>(_ watched: StoredRecord.Watched, as: Item.Type) throws {
        let item: Item = try WatchBody.item(watched.body)
        _ = try setWatched(
            WatchRecord(id: watched.id, item: item, changedAt: watched.changedAt, changedBy: watched.changedBy))
    }
}
