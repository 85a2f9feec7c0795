import Logging
import Synchronization
import TestSupport
import Testing
import VenusCallLog

@Suite("Messages through Redis", .timeLimit(.minutes(1)))
struct RedisBroadcastTests {
    /// What a listener was given.
    private final class Heard: Sendable {
        private let list = Mutex<[String]>([])
        var texts: [String] { list.withLock { $0 } }
        func add(_ message: [UInt8]) { list.withLock { $0.append(String(decoding: message, as: UTF8.self)) } }
    }

    private func broadcast(_ url: String, keeping: Int = 10) throws -> RedisBroadcast {
        try RedisBroadcast(
            url: url, key: "test:feed", keeping: keeping,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private func listen(_ broadcast: RedisBroadcast) -> (Heard, Task<Void, Never>) {
        let heard = Heard()
        let task = Task {
            await broadcast.listen(while: { true }) {
                heard.add($0)
                return true
            }
        }
        return (heard, task)
    }

    @Test(
        "all who listen get every message in order, who comes later the newest and what follows; old ones are no news")
    func delivered() async throws {
        let server = try await RedisServer(password: "hunter2")
        // From 1970.
        try await server.cli("XADD", "test:feed", "1-1", "message", "old")
        let channel = try broadcast(server.url)
        let (first, firstTask) = listen(channel)
        for text in ["a", "b"] { try await channel.publish(Array(text.utf8)) }
        try await eventually("both messages", holds: { first.texts == ["a", "b"] })
        let (second, secondTask) = listen(channel)
        try await eventually("the newest messages", holds: { second.texts == ["a", "b"] })
        try await channel.publish(Array("c".utf8))
        for heard in [first, second] { try await eventually("the next", holds: { heard.texts == ["a", "b", "c"] }) }
        await channel.close()
        await firstTask.value
        await secondTask.value
        await #expect(throws: CallLogError.self) { try await channel.publish([1]) }
        try await server.stop()
    }

    @Test("listening goes on after the server was killed and started again, and after its stream began anew")
    func goesOn() async throws {
        let server = try await RedisServer()
        let channel = try broadcast(server.url)
        let (heard, task) = listen(channel)
        try await channel.publish(Array("before".utf8))
        try await eventually("the first message", holds: { heard.texts.last == "before" })
        try await server.restart()
        try await eventually(within: .seconds(30), "publishing") {
            try await channel.publish(Array("after".utf8))
            return true
        }
        try await eventually(within: .seconds(30), "the next message", holds: { heard.texts.last == "after" })
        try await server.cli("DEL", "test:feed")
        try await channel.publish(Array("anew".utf8))
        try await eventually("the message of a new stream", holds: { heard.texts.last == "anew" })
        task.cancel()
        await task.value
        await channel.close()
        try await server.stop()
    }

    @Test("who is not wanted any more stops, with a message or without one")
    func stops() async throws {
        let server = try await RedisServer()
        let channel = try broadcast(server.url)
        try await channel.publish([1])
        await channel.listen(while: { true }) { _ in false }
        await channel.listen(while: { false }) { _ in true }
        await channel.close()
        await channel.listen(while: { true }) { _ in true }
        try await server.stop()
    }

    @Test("it goes through a cluster")
    func cluster() async throws {
        let cluster = try await RedisClusterServers()
        let channel = try broadcast(cluster.url)
        let (heard, task) = listen(channel)
        try await channel.publish(Array("hello".utf8))
        try await eventually("the message", holds: { heard.texts == ["hello"] })
        try await cluster.moveOn(ClusterSlots.slot(of: Array("test:feed".utf8)))
        try await channel.publish(Array("moved".utf8))
        try await eventually("the message", holds: { heard.texts.last == "moved" })
        task.cancel()
        await task.value
        await channel.close()
        try await cluster.stop()
    }
}
