import Logging
import NIOCore
import NIOEmbedded
import TestSupport
import Testing
import VenusAnalysis
import VenusCore
import VenusServer

@Suite("The hub of live sockets, in memory")
struct LiveHubTests {
    private static let views = [
        #"{"type":"subscribe","topic":"kpis","filter":{"window":"1m"}}"#,
        #"{"type":"subscribe","topic":"graph","filter":{"window":"1m"}}"#,
    ]

    private static func publish(_ calls: Int, to live: LiveState) {
        live.receive(frame([(edge("shop", "db:1"), totals(success: calls))], at: 1_000_000 + Int64(calls) * 1_000))
    }

    private static func makeHub() -> (hub: LiveHub, live: LiveState) {
        let live = LiveState(startedAt: 0)
        return (LiveHub(live: live, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }), live)
    }

    /// Waits until each of them has so many messages of the type, and no more.
    private static func expect(_ count: Int, _ type: String, _ sockets: [MemorySocket]) async throws {
        for socket in sockets {
            try await eventually("\(count) of \(type)", holds: { try await socket.count(type) >= count })
            #expect(try await socket.count(type) == count)
        }
    }

    @Test("a view is encoded once a tick in which it changed, however many look at it", arguments: [2, 60])
    func once(clients: Int) async throws {
        let (hub, live) = Self.makeHub()
        Self.publish(1, to: live)
        let loop = NIOAsyncTestingEventLoop()
        var sockets: [MemorySocket] = []
        for number in 0..<clients {
            let socket = try await MemorySocket(hub, on: loop)
            sockets.append(socket)
            try await socket.send(Self.views[number % 2])
            // Who comes later gets what is there.
            try await Self.expect(1, "snapshot", [socket])
            #expect(hub.encodings == UInt64(min(number + 1, 2)))
        }
        #expect(hub.socketCount == clients)
        for tick in 1...5 {
            Self.publish(1 + tick, to: live)
            hub.tick()
            #expect(hub.encodings == UInt64(2 + 2 * tick))
            try await Self.expect(tick, "update", sockets)
            // Nothing new: nothing encoded.
            hub.tick()
            #expect(hub.encodings == UInt64(2 + 2 * tick))
        }
        try await Self.expect(1, "snapshot", sockets)
        for socket in sockets { try await socket.close() }
        #expect(hub.socketCount == 0)
    }

    @Test("an error of ours closes the socket with 1011, and one of the network without a word")
    func failure() async throws {
        struct Fault: Error {}
        let (hub, _) = Self.makeHub()
        let loop = NIOAsyncTestingEventLoop()
        let failing = try await MemorySocket(hub, on: loop)
        let broken = try await MemorySocket(hub, on: loop)
        failing.channel.pipeline.fireErrorCaught(Fault())
        broken.channel.pipeline.fireErrorCaught(ChannelError.outputClosed)
        try await eventually("the end of both", holds: { hub.socketCount == 0 })
        let reason = Array("the server failed".utf8)
        let close = [0x88, UInt8(2 + reason.count), UInt8(1_011 >> 8), UInt8(1_011 & 0xff)] + reason
        #expect(try await failing.received().suffix(close.count) == close)
        // The end of its hello.
        #expect(try await broken.received().last == UInt8(ascii: "}"))
        for socket in [failing, broken] { try await socket.close() }
    }
}
