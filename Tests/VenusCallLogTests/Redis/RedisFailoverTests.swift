import Logging
import TestSupport
import Testing
import VenusCallLog

@Suite("A Redis with replicas", .timeLimit(.minutes(1)))
struct RedisFailoverTests {
    private let entry = [EntryField("v", "1"), EntryField("kind", "test")]

    private func log(_ servers: RedisServer...) throws -> RedisCallLog {
        try RedisCallLog(
            url: "redis://" + servers.map(\.address).joined(separator: ","), prefix: "test", shards: 1,
            maximumEntries: 1_000, logger: Logger(label: "test"))
    }

    private func replicate(_ replica: RedisServer, from master: RedisServer) async throws {
        try await replica.cli("REPLICAOF", "127.0.0.1", "\(master.port)")
        try await eventually(within: .seconds(20), "the replica to follow") {
            try await replica.cli("INFO", "replication").contains("master_link_status:up")
        }
        // Until its file is rewritten, it would refuse to end ("Writing initial AOF, can't exit").
        try await eventually(within: .seconds(20), "the replica's file") {
            let state = try await replica.cli("INFO", "persistence")
            return state.contains("aof_rewrite_in_progress:0") && state.contains("aof_rewrite_scheduled:0")
        }
    }

    /// Until the log takes one.
    private func append(_ log: RedisCallLog) async throws -> EntryID {
        try await eventually(within: .seconds(20), "an append") { try await log.append(entry, to: 0) }
    }

    @Test("the master is found behind its replica, and the replica once it is the master")
    func killed() async throws {
        let (first, second) = (try await RedisServer(), try await RedisServer())
        try await replicate(second, from: first)
        let log = try log(second, first)
        let before = try await append(log)
        #expect(try await first.cli("XLEN", "test:calls:{0}").hasPrefix("1"))
        try await eventually("the replica to have it") { try await second.cli("XLEN", "test:calls:{0}").hasPrefix("1") }
        try await first.kill()
        try await second.cli("REPLICAOF", "NO", "ONE")
        let after = try await append(log)
        #expect(after > before)
        let read = try await eventually("both") {
            let entries = try await log.read(shard: 0, after: .start, limit: 9, wait: .zero)
            return entries.count == 2 ? entries : nil
        }
        #expect(read.map(\.id) == [before, after])
        await log.close()
        try await second.stop()
    }

    @Test("a master that becomes a replica is left for the new one")
    func demoted() async throws {
        let (first, second) = (try await RedisServer(), try await RedisServer())
        try await replicate(second, from: first)
        let log = try log(first, second)
        _ = try await append(log)
        try await eventually("the replica to have it") { try await second.cli("XLEN", "test:calls:{0}").hasPrefix("1") }
        try await second.cli("REPLICAOF", "NO", "ONE")
        try await replicate(first, from: second)
        let error = await #expect(throws: CallLogError.self) { try await log.append(entry, to: 0) }
        #expect(error?.code == .unavailable)
        _ = try await append(log)
        #expect(try await second.cli("XLEN", "test:calls:{0}").hasPrefix("2"))
        await log.close()
        try await first.stop()
        try await second.stop()
    }
}
