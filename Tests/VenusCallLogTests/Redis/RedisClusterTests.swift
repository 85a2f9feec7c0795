import Logging
import TestSupport
import Testing
import VenusCallLog

@Suite("The call log in a Redis Cluster", .timeLimit(.minutes(2)))
struct RedisClusterTests {
    private static let shards = 4

    private func log(_ url: String) throws -> RedisCallLog {
        try RedisCallLog(
            url: url, prefix: "test", shards: Self.shards, maximumEntries: 100_000, logger: Logger(label: "test"))
    }

    private func entry(_ number: Int) -> [EntryField] { [EntryField("number", "\(number)")] }

    private func number(_ entry: LogEntry) -> Int? {
        entry.fields.first.flatMap { Int(String(decoding: $0.value, as: UTF8.self)) }
    }

    /// Reads on until it has so many entries, and returns what they hold.
    private func read(_ log: RedisCallLog, _ shard: Int, until count: Int) async throws -> [Int] {
        var numbers: [Int] = []
        var cursor = EntryID.start
        try await eventually(within: .seconds(30), "\(count) entries") {
            let entries = try await log.read(shard: shard, after: cursor, limit: 100, wait: .milliseconds(500))
            numbers += entries.compactMap(number)
            cursor = entries.last?.id ?? cursor
            return numbers.count >= count
        }
        return numbers
    }

    @Test("shards lie on different nodes, and any node says where")
    func shards() async throws {
        let cluster = try await RedisClusterServers()
        for node in cluster.nodes {
            let log = try log("redis+cluster://\(node.address)")
            for shard in 0..<Self.shards { try await log.append(entry(shard), to: shard) }
            for shard in 0..<Self.shards { #expect(try await read(log, shard, until: 1).first == shard) }
            await log.close()
        }
        var holding = 0
        for node in cluster.nodes where try await !node.cli("DBSIZE").hasPrefix("0") { holding += 1 }
        #expect(holding > 1)
        try await cluster.stop()
    }

    @Test("slots that move while entries come and go: every one arrives, once and in order")
    func move() async throws {
        let cluster = try await RedisClusterServers()
        let (writer, reader) = (try log(cluster.url), try log(cluster.url))
        let count = 1_500
        try await withThrowingTaskGroup(of: Void.self) { group in
            for shard in 0..<2 {
                group.addTask {
                    for number in 0..<count {
                        try await writer.append(entry(number), to: shard)
                        try await Task.sleep(for: .milliseconds(1))
                    }
                }
                group.addTask {
                    let numbers = try await read(reader, shard, until: count)
                    #expect(numbers == Array(0..<count))
                }
            }
            group.addTask {
                for _ in 0..<3 {
                    for shard in 0..<2 {
                        try await cluster.moveOn(ClusterSlots.slot(of: Array("test:calls:{\(shard)}".utf8)))
                    }
                }
            }
            try await group.waitForAll()
        }
        await writer.close()
        await reader.close()
        try await cluster.stop()
    }

    @Test("a node that is gone for a while makes its shards unavailable, not the others, and is used again")
    func nodeAway() async throws {
        let cluster = try await RedisClusterServers()
        let log = try log(cluster.url)
        for shard in 0..<Self.shards { try await log.append(entry(shard), to: shard) }
        let slot = ClusterSlots.slot(of: Array("test:calls:{0}".utf8))
        let node = cluster.nodes[try await cluster.owner(of: slot)]
        try await node.kill()
        let error = await #expect(throws: CallLogError.self) { try await log.append(entry(9), to: 0) }
        #expect(error?.code == .unavailable)
        try await node.start()
        try await eventually(within: .seconds(30), "an append") {
            try await log.append(entry(10), to: 0)
            return true
        }
        #expect(try await read(log, 0, until: 2).last == 10)
        await log.close()
        try await cluster.stop()
    }
}
