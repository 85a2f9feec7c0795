import Logging
import TestSupport
import Testing
import VenusCallLog

@Suite("The call log in Redis")
struct RedisCallLogTests {
    private let logger = Logger(label: "test")
    private let entry = [EntryField("v", "1"), EntryField("kind", "test")]

    private func log(
        _ url: String, commandTimeout: Duration = RedisCallLog.defaultCommandTimeout
    ) throws -> RedisCallLog {
        try RedisCallLog(
            url: url, prefix: "test", shards: 1, maximumEntries: 1_000, logger: logger, commandTimeout: commandTimeout)
    }

    @Test("its streams have the names of the design and hold readable text")
    func names() async throws {
        let server = try await RedisServer()
        let log = try log(server.url)
        try await log.append(BlockEncoder.entry(BlockGoldenTests.block), to: 0)
        #expect(try await server.cli("KEYS", "*").contains("test:calls:{0}"))
        let text = try await server.cli("XRANGE", "test:calls:{0}", "-", "+")
        #expect(text.contains("checkout") && text.contains("payments.internal"))
        await log.close()
        try await server.stop()
    }

    @Test("a database of its own is used")
    func database() async throws {
        let server = try await RedisServer()
        let log = try log(server.url + "/3")
        try await log.append(entry, to: 0)
        #expect(try await server.cli("DBSIZE").contains("0"))
        #expect(try await server.cli("-n", "3", "DBSIZE").contains("1"))
        await log.close()
        try await server.stop()
    }

    @Test("user and password are used, and wrong ones are refused without showing them")
    func credentials() async throws {
        let server = try await RedisServer(password: "right")
        try await server.cli("ACL", "SETUSER", "app", "on", ">s%cret", "~test:*", "+@all")
        let good = try log("redis://app:s%25cret@127.0.0.1:\(server.port)")
        try await good.append(entry, to: 0)
        await good.close()
        for (credentials, code) in [(":hunter2@", "WRONGPASS"), ("app:hunter2@", "WRONGPASS"), ("", "password")] {
            let bad = try log("redis://\(credentials)127.0.0.1:\(server.port)")
            let error = await #expect(throws: CallLogError.self) { try await bad.append(entry, to: 0) }
            #expect(error?.code == .refused)
            #expect(error?.message.contains(code) == true)
            #expect(error?.message.contains("hunter2") == false)
            await bad.close()
        }
        try await server.stop()
    }

    @Test("an unreachable server is unavailable, each time after a wait that is not long")
    func unreachable() async throws {
        let port = try freePort()
        let log = try log("redis://127.0.0.1:\(port)")
        for _ in 0..<3 {
            let error = await #expect(throws: CallLogError.self) { try await log.append(entry, to: 0) }
            #expect(error?.code == .unavailable)
            #expect(error?.message == "cannot connect to Redis at 127.0.0.1:\(port): Connection refused")
        }
        await log.close()
    }

    @Test("after the server was killed and started again it goes on by itself, with nothing lost")
    func restart() async throws {
        let server = try await RedisServer()
        let log = try log(server.url)
        try await log.append(entry, to: 0)
        let first = try await log.read(shard: 0, after: .start, limit: 9, wait: .seconds(10))
        try await server.kill()
        await #expect(throws: CallLogError.self) { try await log.append(entry, to: 0) }
        try await server.start()
        try await eventually("an append") {
            try await log.append(entry, to: 0)
            return true
        }
        let cursor = try #require(first.last?.id)
        let later = try await eventually("a read") {
            let entries = try await log.read(shard: 0, after: cursor, limit: 9, wait: .seconds(5))
            return entries.isEmpty ? nil : entries
        }
        #expect(later.allSatisfy { $0.id > cursor })
        await log.close()
        try await server.stop()
    }

    @Test("a server that hangs is unavailable after the command's time, and used again once it goes on")
    func hangs() async throws {
        let server = try await RedisServer()
        let log = try log(server.url, commandTimeout: .milliseconds(300))
        try await log.append(entry, to: 0)
        server.pause()
        let start = ContinuousClock.now
        let error = await #expect(throws: CallLogError.self) { try await log.append(entry, to: 0) }
        #expect(error?.code == .unavailable)
        #expect(ContinuousClock.now - start < .seconds(3))
        server.resume()
        try await eventually("an append") {
            try await log.append(entry, to: 0)
            return true
        }
        await log.close()
        try await server.stop()
    }

    @Test("something that is no Redis is a protocol violation")
    func noRedis() async throws {
        let origin = try Origin()
        let log = try log("redis://127.0.0.1:\(origin.port)", commandTimeout: .milliseconds(500))
        let error = await #expect(throws: CallLogError.self) { try await log.append(entry, to: 0) }
        #expect(error?.code == .protocolViolation || error?.code == .unavailable)
        await log.close()
    }

    @Test("a user that may do only what is needed can do all of it")
    func leastPrivilege() async throws {
        let server = try await RedisServer()
        let commands = "+xadd +xlen +xread +xtrim +xinfo|stream +exists +role +cluster|slots"
        try await server.cli(
            ["ACL", "SETUSER", "venus", "on", ">pw", "~test:*", "-@all"]
                + commands.split(separator: " ")
                .map { String($0) })
        let log = try log("redis://venus:pw@\(server.address),\(server.address)")
        let id = try await log.append(entry, to: 0)
        #expect(try await log.read(shard: 0, after: .start, limit: 9, wait: .seconds(5)).map(\.id) == [id])
        #expect(try await log.lastID(shard: 0) == id)
        try await log.trim(shard: 0, through: id)
        #expect(try await log.count(shard: 0) == 0)
        await log.close()
        try await server.stop()
    }

    @Test("a cluster that is taken for a single Redis is refused, with what to do")
    func takenForSingle() async throws {
        let cluster = try await RedisClusterServers()
        // One of these is not where the first node is.
        let logs = try cluster.nodes.map { try log($0.url) }
        var errors: [CallLogError] = []
        for log in logs {
            do { try await log.append(entry, to: 0) } catch let error as CallLogError { errors.append(error) }
            await log.close()
        }
        #expect(errors.count == 2 && errors.allSatisfy { $0.code == .refused && $0.message.contains("redis+cluster") })
        try await cluster.stop()
    }
}
