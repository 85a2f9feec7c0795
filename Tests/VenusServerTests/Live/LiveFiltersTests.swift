import TestSupport
import Testing
import VenusAnalysis
import VenusServer

@Suite("Distinct filters of the live socket")
struct LiveFiltersTests {
    private static func message(_ type: String, _ service: String) -> String {
        #"{"type":"\#(type)","topic":"kpis","filter":{"service":"\#(service)"}}"#
    }

    /// Clients that together look at as many views as there may be: at the services `s0`, `s1` and so on, each at as
    /// many as a client may.
    private static func crowd(_ server: RunningServer, token: String) async throws -> [WebSocketClient] {
        let each = LiveSessionStateMachine.Limits().subscriptions
        var sockets: [WebSocketClient] = []
        for first in stride(from: 0, to: LiveHub.maximumViews, by: each) {
            let socket = try await server.live(token: token)
            let numbers = first..<min(first + each, LiveHub.maximumViews)
            for number in numbers { try socket.send(message("subscribe", "s\(number)")) }
            for _ in numbers { _ = try await socket.next("a snapshot") { $0["type"].string == "snapshot" } }
            sockets.append(socket)
        }
        return sockets
    }

    /// The answer to a subscription.
    private static func subscribe(_ socket: WebSocketClient, _ service: String) async throws -> JSONValue {
        try socket.send(message("subscribe", service))
        return try await socket.next("an answer") { ["error", "snapshot"].contains($0["type"].string) }
    }

    private static func expectRefused(_ socket: WebSocketClient, _ service: String) async throws {
        let answer = try await subscribe(socket, service)
        #expect(answer["type"].string == "error" && answer["code"].string == "too_many_filters")
        #expect(answer["topic"].string == "kpis" && answer["message"].string?.isEmpty == false)
    }

    private static func expectServed(_ socket: WebSocketClient, _ service: String) async throws {
        let answer = try await subscribe(socket, service)
        #expect(answer["type"].string == "snapshot" && answer["filter"]["service"].string == service)
    }

    @Test("one more than the server serves is refused with an error; known ones are served on, a freed one makes room")
    func bounded() async throws {
        #expect(LiveHub.maximumViews == 1_024)
        try await withServer { server in
            let token = try await server.signIn()
            let crowd = try await Self.crowd(server, token: token)
            let late = try await server.live(token: token)
            try await Self.expectRefused(late, "one-more")
            try await Self.expectServed(late, "s0")
            try await Self.expectRefused(late, "one-more")

            try crowd[0].send(Self.message("unsubscribe", "s1"))
            // Its answer says that what was sent before it is done.
            try crowd[0].send("garbage")
            _ = try await crowd[0].next("the answer") { $0["code"].string == "bad_message" }
            try await Self.expectServed(late, "one-more")
            try await Self.expectRefused(late, "two-more")

            crowd[1].close()
            try await eventually(
                poll: .milliseconds(100), "room after a client has left",
                holds: { try await Self.subscribe(late, "two-more")["type"].string == "snapshot" })
            server.feed.publish(frame([(edge("one-more", "db:1"), totals(success: 3))]))
            let update = try await late.next("an update") {
                $0["type"].string == "update" && $0["filter"]["service"].string == "one-more"
            }
            #expect(update["data"]["items"][0]["kpis"]["calls"].int == 3)
            #expect(late.isOpen && crowd[0].isOpen)
        }
    }
}
