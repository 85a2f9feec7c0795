import Foundation
import TestSupport
import Testing
import VenusCore
import VenusServer
import VenusStore

@Suite("Agents that wait for somebody who looks")
struct HostWaitersTests {
    @Test("a question is held until somebody looks, at whichever server; or until its time is over, or the server ends")
    func held() async throws {
        try await withServer { first in
            let second = try await RunningServer(sharing: first)
            let key = try await first.key([.writeHosts]).text
            let reading = HostReading(start: 1_000, end: 2_000)
            _ = try await first.store.addReadings(
                ReadingsBatch(producer: "p", agentVersion: "1", environment: "test", latest: reading), of: "web-1",
                keyID: "", now: Int64(Date().timeIntervalSince1970 * 1_000))
            @Sendable func ask(_ server: RunningServer, _ wait: Int) async throws -> JSONValue {
                let response = try await server.request(
                    "GET", "/api/v1/hosts/web-1/watch?wait_ms=\(wait)", [server.bearer(key)])
                guard response.status == 200 else { throw TestFailure(response.text) }
                return try JSONValue(response.text)
            }
            #expect(try await ask(first, 0)["watched_for_ms"].int == 0)
            #expect(try await ask(first, 1_500)["watched_for_ms"].int == 0)
            let begin = ContinuousClock.now
            async let held = ask(second, 25_000)
            let live = try await first.live(token: try await first.session(.viewer))
            try live.send(#"{"type":"subscribe","topic":"hosts","filter":{"host":"web-1"}}"#)
            let answer = try await held
            #expect((answer["watched_for_ms"].int ?? 0) > 1_000 && answer["publish_ms"].int == 1_000)
            #expect(ContinuousClock.now - begin < .seconds(15))
            // While somebody looks nobody waits.
            #expect((try await ask(second, 25_000)["watched_for_ms"].int ?? 0) > 1_000)
            for bad in ["-1", "x", "25001", ""] {
                let response = try await first.request(
                    "GET", "/api/v1/hosts/web-1/watch?wait_ms=\(bad)", [first.bearer(key)])
                #expect(response.status == 400, "\(bad)")
            }
            try await second.stop()
        }
    }

    @Test("a server that ends holds nobody")
    func ending() async throws {
        let server = try await RunningServer()
        let key = try await server.key([.writeHosts]).text
        async let held = server.request("GET", "/api/v1/hosts/web-1/watch?wait_ms=25000", [server.bearer(key)])
        // Whoever waits for less is answered once a second: the second time it is held.
        for _ in 0..<2 {
            let short = try await server.request(
                "GET", "/api/v1/hosts/web-1/watch?wait_ms=1", [server.bearer(key)])
            #expect(short.status == 200)
        }
        try await server.stop()
        #expect(try await held.status == 200)
    }
}
