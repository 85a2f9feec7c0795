import Dispatch
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("Stopping", .timeLimit(.minutes(2)))
struct StoppingTests {
    @Test("lets the call under way finish, tells its client, and refuses new connections")
    func graceful() async throws {
        let origin = try Origin()
        let isStopping = DispatchSemaphore(value: 0)
        let slowOrigin = try ScriptedOrigin { connection in
            connection.readHead()
            isStopping.wait()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlate\n")
        }
        let proxy = try RunningProxy()
        let idle = try proxy.client()
        #expect(try await idle.get(origin.url()).status == 200)
        async let slow = proxy.client().get(slowOrigin.url())
        try await eventually { slowOrigin.accepted == 1 }
        async let stopped: Void = proxy.stop(within: .seconds(10))
        #expect(try await idle.readToEnd().isEmpty)
        try await eventually { (try? proxy.connection()) == nil }
        isStopping.signal()
        let response = try await slow
        #expect(response.text == "late\n")
        #expect(response["connection"] == "close")
        await stopped
        #expect(proxy.calls.count == 2)
    }

    @Test("cuts off what takes longer than its limit, and records it")
    func limit() async throws {
        let origin = try Origin()
        let proxy = try RunningProxy()
        let silent = try proxy.connection()
        try await blocking { try silent.write("GET \(origin.url("/silent")) HTTP/1.1\r\nHost: x\r\n\r\n") }
        let tunnel = try proxy.client()
        #expect(try await tunnel.connect(origin.authority).status == 200)
        try await eventually { origin.requests("/silent") == 1 }
        let start = ContinuousClock.now
        await proxy.stop(within: .milliseconds(200))
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(Set(proxy.calls.filter { !$0.isActivity }.map(\.call.outcome)) == [.cancelled, .success])
        #expect(proxy.ends.count == 1)
    }

    @Test("beside a proxy that took over: it gets all new connections, and what came before is served")
    func takenOver() async throws {
        let origin = try Origin()
        let first = try RunningProxy(configuring: {
            $0.loops = 2
            // Long enough for what follows, on a busy machine.
            $0.stopGrace = .seconds(5)
        })
        let kept = try first.client()
        #expect(try await kept.get(origin.url()).status == 200)
        let second = try RunningProxy(configuring: {
            $0.loops = 1
            $0.port = UInt16(first.port)
        })
        for _ in 0..<50 { #expect(try await second.client().get(origin.url()).status == 200) }
        #expect(first.calls.count <= 1)
        async let stopped: Void = first.stop(within: .seconds(30))
        for _ in 0..<10 { #expect(try await second.client().get(origin.url()).status == 200) }
        #expect(try await kept.get(origin.url())["connection"] == "close")
        await stopped
        #expect(first.calls.count == 2)
        for _ in 0..<50 { #expect(try await second.client().get(origin.url()).status == 200) }
        #expect(try await second.calls(110).count == 110)
        await second.stop()
    }

    @Test("twice is once, and starting twice is an error")
    func twice() async throws {
        let proxy = try RunningProxy()
        #expect(throws: ProxyError.self) { try proxy.server.start() }
        await proxy.stop()
        await proxy.stop()
        #expect(throws: ProxyError.self) { try proxy.server.start() }
    }

    @Test("never happens for a port that is taken: starting says so")
    func portTaken() async throws {
        let taken = try ScriptedOrigin { _ in }
        #expect(throws: ProxyError.self) { try RunningProxy(configuring: { $0.port = UInt16(taken.port) }) }
        #expect(throws: ProxyError.self) { try RunningProxy(configuring: { $0.host = "192.0.2.1" }) }
    }
}
