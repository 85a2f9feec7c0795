package import VenusCallLog
package import VenusCore
package import VenusStore

/// All that a new owner needs of a shard to go on where its predecessor ended.
package struct StoredShard: Sendable {
    package var shard: Int
    package var state: ShardState
    /// Cells of the last quarter of an hour, and of every minute that is not closed.
    package var cells: [Cell]
    /// Cells of the last quarter of an hour by instance.
    package var instanceCells: [InstanceCell] = []
    /// Since when these are complete, seconds since the epoch.
    package var instancesSince: Int64 = 0
    /// Rows of the last hour's closed minutes, at the level operation.
    package var minuteRows: [RollupRow]
    /// Losses of the last hour, of the shard's producers.
    package var losses: [Loss]

    package init(
        shard: Int, state: ShardState = ShardState(), cells: [Cell] = [], minuteRows: [RollupRow] = [],
        losses: [Loss] = []
    ) {
        self.shard = shard
        self.state = state
        self.cells = cells
        self.minuteRows = minuteRows
        self.losses = losses
    }

    /// Whether nobody has owned the shard before.
    package var isNew: Bool { state.cursor.isEmpty && state.openSince == 0 }

    /// A cursor that cannot be read is none: everything in the log is read again, and what is counted is known by the
    /// producers' sequence numbers.
    package var cursor: EntryID { EntryID(state.cursor) ?? .start }

    /// Checkpoints hold cells up to this much ahead of when they were taken.
    private static let marginSeconds = StepCells.maximumAheadSeconds + 60
    private static let maximumLosses = 10_000

    /// Reads it from the store.
    ///
    /// - Parameter now: milliseconds since the epoch.
    package static func read(_ shard: Int, of shards: Int, from store: any Store, now: Int64) async throws
        -> StoredShard
    {
        let nowSeconds = now / 1_000
        let state = try await store.shardState(shard)
        var stored = StoredShard(shard: shard, state: state)
        let quarterHour = nowSeconds - Window.minutes15.seconds
        stored.instancesSince = quarterHour
        for checkpoint in try await store.checkpoints(
            shard: shard, sinceSeconds: max(0, min(quarterHour, state.openSince) - marginSeconds))
        {
            for cell in checkpoint.cells where cell.second >= min(quarterHour, state.openSince) {
                stored.cells.append(cell)
            }
            stored.instanceCells += checkpoint.instances.filter { $0.second >= quarterHour }
            if checkpoint.instances.isEmpty, checkpoint.cells.contains(where: { $0.second >= quarterHour }) {
                // Taken by an owner that knew nothing of instances.
                stored.instancesSince = max(stored.instancesSince, checkpoint.takenAtSeconds)
            }
        }
        let producers = Set(state.producers.map(\.producer.id))
        stored.losses = try await store.losses(since: now - Window.hour1.seconds * 1_000, limit: maximumLosses)
            .filter { producers.contains($0.producer) }
        let hour = Tier.minute.bucket(of: nowSeconds - Window.hour1.seconds)
        guard hour < state.openSince else { return stored }
        let rows = try await store.rollups(
            RollupQuery(
                tier: .minute, from: hour, to: state.openSince, level: .operation))
        stored.minuteRows = rows.filter { $0.shard == shard }
        return stored
    }
}
