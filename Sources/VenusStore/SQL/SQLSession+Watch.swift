import Foundation
import VenusCore

extension SQLSession {
    private static var columns: String { "id, body, changed_at, changed_by" }

    func watchState(unless known: Int64?) throws -> WatchState? {
        guard let row = try query("SELECT version FROM watch_version").first else {
            throw StoreError(.corrupt, "the version of what is watched is not there")
        }
        let version = try row.integer(0)
        guard version != known else { return nil }
        var state = WatchState(version: version)
        state.thresholds = try watched(StoredThreshold.self)
        state.rules = try watched(AlertRule.self)
        state.objectives = try watched(Objective.self)
        state.silences = try watched(Silence.self)
        state.acknowledgements = try watched(FaultAcknowledgement.self)
        state.forgettings = try watched(Forgetting.self)
        return state
    }

    func watched<Item: WatchItem>(_ kind: Item.Type) throws -> [WatchRecord<Item>] {
        let decoder = JSONDecoder()
        var records: [WatchRecord<Item>] = []
        try run(
            "SELECT \(Self.columns) FROM watched WHERE kind = $1 ORDER BY id", [.text(Item.watchKind.rawValue)]
        ) { records.append(try WatchRecord($0, decoder)) }
        return records
    }

    func watched<Item: WatchItem>(_ kind: Item.Type, id: String) throws -> WatchRecord<Item>? {
        try query(
            "SELECT \(Self.columns) FROM watched WHERE kind = $1 AND id = $2",
            [.text(Item.watchKind.rawValue), .text(StoredName.fit(id))]
        ).first.map { try WatchRecord($0, JSONDecoder()) }
    }

    func setWatched<Item: WatchItem>(_ record: WatchRecord<Item>) throws -> WatchOutcome {
        try setWatched(
            Item.watchKind, id: record.id, body: try WatchBody.text(record.item), endsAt: record.item.endsAt,
            changedAt: record.changedAt, changedBy: record.changedBy)
    }

    func removeWatched<Item: WatchItem>(_ kind: Item.Type, id: String) throws -> WatchRecord<Item>? {
        try countWatchChange()
        return try query(
            "DELETE FROM watched WHERE kind = $1 AND id = $2 RETURNING \(Self.columns)",
            [.text(Item.watchKind.rawValue), .text(StoredName.fit(id))]
        ).first.map { try WatchRecord($0, JSONDecoder()) }
    }

    /// The same for a body that is text already.
    func setWatched(
        _ kind: WatchKind, id: String, body: String, endsAt: Int64?, changedAt: Int64, changedBy: String
    ) throws -> WatchOutcome {
        try countWatchChange()
        try execute(
            "DELETE FROM watched WHERE ends_at < $1",
            [.second(SQLValue.clamp(second: changedAt / 1_000 - WatchKind.keptAfterEnd))])
        let present = try query(
            "SELECT count(*), count(CASE WHEN id = $2 THEN 1 END) FROM watched WHERE kind = $1",
            [.text(kind.rawValue), .text(id)])
        let (count, same) = try present.first.map { (try $0.int(0), try $0.int(1)) } ?? (0, 0)
        guard same > 0 || count < kind.maximumCount else { return .full }
        try execute(
            """
            INSERT INTO watched (kind, id, body, ends_at, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body, ends_at = excluded.ends_at,
                changed_at = excluded.changed_at, changed_by = excluded.changed_by
            """,
            [
                .text(kind.rawValue), .text(id), .text(body), .second(SQLValue.clamp(second: endsAt ?? .max)),
                .millisecond(changedAt), .text(changedBy),
            ])
        return same > 0 ? .replaced : .added
    }

    /// Before anything else of a change: whoever changes something at the same time waits here, so that what is counted
    /// afterwards stays so, and no version is given twice.
    private func countWatchChange() throws { try execute("UPDATE watch_version SET version = version + 1") }
}

/// How items are written.
enum WatchBody {
    /// U+0000, which PostgreSQL does not take, is escaped in JSON.
    static func text(_ item: some WatchItem) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(item), as: UTF8.self) } catch {
            throw StoreError(.refused, "this cannot be written as JSON: \(error)")
        }
    }

    static func item<Item: WatchItem>(_ text: String, _ decoder: JSONDecoder = JSONDecoder()) throws -> Item {
        do { return try decoder.decode(Item.self, from: Data(text.utf8)) } catch {
            throw StoreError(.corrupt, "a stored \(Item.watchKind.rawValue) cannot be read")
        }
    }
}

extension WatchRecord {
    fileprivate init(_ row: SQLRow, _ decoder: JSONDecoder) throws {
        self.init(
            id: try row.text(0), item: try WatchBody.item(try row.text(1), decoder),
            changedAt: try row.millisecond(2), changedBy: try row.text(3))
    }
}
