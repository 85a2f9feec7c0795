import TestSupport
import Testing
import VenusCallLog

@Suite("Messages through Redis")
struct RedisPubSubTests {
    /// Publishes until one that listens got it: when a subscription has begun, nobody outside can tell.
    private func publish(
        _ text: String, _ publisher: RedisPubSub, untilHeardBy messages: inout AsyncStream<[UInt8]>.Iterator
    ) async throws {
        let publishing = Task {
            while !Task.isCancelled {
                try? await publisher.publish(Array(text.utf8), to: "channel")
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
        defer { publishing.cancel() }
        while let message = await messages.next() {
            if message == Array(text.utf8) { return }
        }
        throw TestFailure("the subscription ended")
    }

    @Test("a message reaches all who listen on its channel", .timeLimit(.minutes(1)))
    func delivered() async throws {
        let server = try await RedisServer(password: "hunter2")
        let (publisher, listener) = (try RedisPubSub(url: server.url), try RedisPubSub(url: server.url))
        var first = listener.messages(on: "channel").makeAsyncIterator()
        var second = listener.messages(on: "channel").makeAsyncIterator()
        try await publish("hello", publisher, untilHeardBy: &first)
        try await publish("world", publisher, untilHeardBy: &second)
        await listener.close()
        await publisher.close()
        try await server.stop()
    }

    @Test("a subscription goes on after the server was killed and started again", .timeLimit(.minutes(1)))
    func resubscribes() async throws {
        let server = try await RedisServer()
        let pubSub = try RedisPubSub(url: server.url)
        var messages = pubSub.messages(on: "channel").makeAsyncIterator()
        try await publish("before", pubSub, untilHeardBy: &messages)
        try await server.restart()
        try await publish("after", pubSub, untilHeardBy: &messages)
        await pubSub.close()
        try await server.stop()
    }

    @Test("who lags gets the newest messages, in order", .timeLimit(.minutes(1)))
    func newestWins() async throws {
        let server = try await RedisServer()
        let (publisher, listener) = (try RedisPubSub(url: server.url), try RedisPubSub(url: server.url))
        var lagging = listener.messages(on: "channel", keepingNewest: 2).makeAsyncIterator()
        var watching = listener.messages(on: "channel").makeAsyncIterator()
        try await publish("start", publisher, untilHeardBy: &lagging)
        for number in 0..<100 { try await publisher.publish([UInt8(number)], to: "channel") }
        while let message = await watching.next(), message != [99] {}
        // The other connection may be a moment behind.
        var newest: [[UInt8]] = []
        while newest.last != [99], let message = await lagging.next() { newest.append(message) }
        #expect(newest.last == [99])
        await listener.close()
        await publisher.close()
        try await server.stop()
    }

    @Test("closing ends every subscription", .timeLimit(.minutes(1)))
    func close() async throws {
        let server = try await RedisServer()
        let pubSub = try RedisPubSub(url: server.url)
        var messages = pubSub.messages(on: "channel").makeAsyncIterator()
        await pubSub.close()
        #expect(await messages.next() == nil)
        var late = pubSub.messages(on: "channel").makeAsyncIterator()
        #expect(await late.next() == nil)
        try await server.stop()
    }
}
