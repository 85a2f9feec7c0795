/// Thresholds, rules, objectives, silences, acknowledgements, and what history forgot: what people have set. One suite
/// of tests runs against every implementation.
public protocol WatchStore: Store {
    /// All of it; `nil` where nothing has changed since `version`: whoever asks every second reads one row then.
    func watchState(unless version: Int64?) async throws -> WatchState?

    /// The items of one kind, by id.
    func watched<Item: WatchItem>(_ kind: Item.Type) async throws -> [WatchRecord<Item>]
    func watched<Item: WatchItem>(_ kind: Item.Type, id: String) async throws -> WatchRecord<Item>?

    /// Adds the item, or puts it in the place of the one with its id. What ended long before the record's time
    /// (``WatchKind/keptAfterEnd``) is forgotten.
    @discardableResult
    func setWatched<Item: WatchItem>(_ record: WatchRecord<Item>) async throws -> WatchOutcome

    /// Removes the item, and returns it; `nil` where there is none.
    func removeWatched<Item: WatchItem>(_ kind: Item.Type, id: String) async throws -> WatchRecord<Item>?
}

extension WatchStore {
    /// All of it.
    public func watchState() async throws -> WatchState {
        guard let state = try await watchState(unless: nil) else {
            throw StoreError(.corrupt, "the store answers that nothing has changed since no version")
        }
        return state
    }
}

/// What a server needs of a store.
public typealias ServerStore = SignInStore & WatchStore & AlertStore
