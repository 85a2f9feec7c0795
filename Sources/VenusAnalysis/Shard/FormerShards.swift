import Logging
import VenusCallLog
import VenusStore

/// Finds the shards above those of the log that somebody has used: when there were more, or by a proxy that still
/// thinks so.
struct FormerShards {
    /// Most shards that a log can be told to have.
    static let maximumShards = 256

    let callLog: any CallLog
    let store: any Store
    let clock: any WallClock
    let logger: Logger

    /// Asks log and store until both have answered, or the signal is raised: then there are none.
    func find(until stop: StopSignal) async -> [Int] {
        var wait = RetryWait()
        while !stop.isRaised, !Task.isCancelled {
            do {
                let found = try await find()
                if !found.isEmpty {
                    logger.info(
                        "reading shards above those that are configured, until nothing is left of them",
                        metadata: ["shards": "\(found)"])
                }
                return found
            } catch {
                // Who reads the other shards tells what is wrong.
                await clock.sleep(until: clock.now + wait.failed())
            }
        }
        return []
    }

    private func find() async throws -> [Int] {
        var found: [Int] = []
        for shard in callLog.shards..<max(callLog.shards, Self.maximumShards) {
            let newest = try await callLog.extent(shard: shard).newest
            guard newest > .start else { continue }
            let state = try await store.shardState(shard)
            // Producers are remembered for days after their end: by then nothing of theirs is open.
            if !state.producers.isEmpty || newest > EntryID(state.cursor) ?? .start { found.append(shard) }
        }
        return found
    }
}
