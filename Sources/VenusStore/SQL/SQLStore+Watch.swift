extension SQLStore {
    public func watchState(unless version: Int64?) async throws -> WatchState? {
        try await read { try $0.watchState(unless: version) }
    }

    public func watched<Item: WatchItem>(_ kind: Item.Type) async throws -> [WatchRecord<Item>] {
        try await read { try $0.watched(kind) }
    }

    public func watched<Item: WatchItem>(_ kind: Item.Type, id: String) async throws -> WatchRecord<Item>? {
        try await read { try $0.watched(kind, id: id) }
    }

    @discardableResult
    public func setWatched<Item: WatchItem>(_ record: WatchRecord<Item>) async throws -> WatchOutcome {
        try await write { try $0.setWatched(record) }
    }

    public func removeWatched<Item: WatchItem>(
        _ kind: Item.Type, id: String
    ) async throws -> WatchRecord<Item>? {
        try await write { try $0.removeWatched(kind, id: id) }
    }
}
