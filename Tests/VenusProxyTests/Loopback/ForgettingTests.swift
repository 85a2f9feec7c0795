import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("A proxy that has met more operations than it knows at a time", .timeLimit(.minutes(2)))
struct ForgettingTests {
    @Test("knows new ones once old ones were idle, and those of calls under way all along")
    func forgets() async throws {
        var recording = CallShipperConfiguration()
        recording.maximumOperations = 4
        try await withProxy(recording: recording, configuring: { $0.operationIdleTime = .milliseconds(200) }) {
            proxy, origin in
            let waiting = try proxy.connection()
            try await blocking {
                try waiting.write("GET \(origin.url("/silent")) HTTP/1.1\r\nHost: \(origin.authority)\r\n\r\n")
            }
            let tunnel = try proxy.client()
            #expect(try await tunnel.connect(origin.authority).status == 200)
            try await eventually("the call that waits") { origin.requests("/silent") == 1 }

            let client = try proxy.client()
            for path in ["/old", "/older"] { _ = try await client.get(origin.url(path)) }
            let names = try await proxy.calls(2).map(\.operation.name)
            #expect(names == ["GET /old", "GET /older"])
            try await eventually("room for a new one") {
                _ = try await client.get(origin.url("/new"))
                return proxy.calls.last?.operation.name == "GET /new"
            }

            // What has been under way since before the others.
            #expect(try await tunnel.get("/bytes/3").bodyLength == 3)
            try await eventually("the tunnel") { proxy.calls.contains { $0.operation.name == "CONNECT" } }
            waiting.close()
            try await eventually("the end of the call that waited") {
                proxy.calls.contains { $0.operation.name == "GET /silent" && $0.call.outcome != .success }
            }
            tunnel.close()
        }
    }
}
