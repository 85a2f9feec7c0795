import Foundation
import Synchronization
import TestSupport
import Testing
import VenusServer

@Suite("Where messages may go", .timeLimit(.minutes(1)))
struct TargetFilterTests {
    /// Says which addresses may be dialled, and keeps what it was asked.
    private final class Judge: Sendable {
        private let asked = Mutex<[String]>([])
        private let permits: @Sendable (_ address: String, _ earlier: Int) -> Bool

        init(_ permits: @escaping @Sendable (_ address: String, _ earlier: Int) -> Bool) { self.permits = permits }

        func allows(_ address: String) -> Bool {
            let earlier = asked.withLock { asked in
                asked.append(address)
                return asked.count - 1
            }
            return permits(address, earlier)
        }

        /// Since the last time.
        func take() -> [String] {
            asked.withLock { asked in
                defer { asked = [] }
                return asked
            }
        }
    }

    /// What comes of a message to each host, on the origin's port, one after the other.
    private func results(
        _ hosts: [String], _ origin: Origin, _ judge: Judge, _ check: (_ host: String, _ result: String) throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        try await withServer(configure: {
            $0.alerting.keyFile = directory.file("alerts.key")
            $0.alerting.isAllowed = { judge.allows($0) }
        }) { server in
            let fields = [server.bearer(try await server.signIn()), ("content-type", "application/json")]
            for host in hosts {
                let url = "http://\(host):\(origin.port)/status/202"
                let added = try await server.request(
                    "POST", "/api/v1/webhooks", fields,
                    body: "{\"name\":\"\(host)\",\"kind\":\"webhook\",\"url\":\"\(url)\"}")
                let id = try #require(try JSONValue(added.text)["id"].string, "\(added.text)")
                let tried = try await server.request("POST", "/api/v1/webhooks/\(id)/test", fields)
                try check(host, try JSONValue(tried.text)["result"].string ?? tried.text)
            }
        }
    }

    @Test("an address is judged as it is dialled, whatever form it is written in, and once for a message")
    func forms() async throws {
        let origin = try Origin()
        let judge = Judge { address, _ in address == "127.0.0.1" }
        let forms = ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1"]
        try await results(forms, origin, judge) { host, result in
            #expect(result == "status 202", "\(host)")
            #expect(judge.take() == ["127.0.0.1"], "\(host)")
        }
        #expect(origin.requests() == forms.count)
        let strict = Judge { _, _ in false }
        try await results(forms, origin, strict) { host, result in
            #expect(result == "destination_ip_prohibited", "\(host)")
            #expect(strict.take() == ["127.0.0.1"], "\(host)")
        }
        #expect(origin.connectionsAccepted == forms.count)
    }

    @Test("what was permitted for one message is judged anew for the next")
    func anew() async throws {
        let origin = try Origin()
        let judge = Judge { _, earlier in earlier != 1 }
        let seen = Mutex<[String]>([])
        try await results(["127.0.0.1", "127.0.0.1", "127.0.0.1"], origin, judge) { _, result in
            seen.withLock { $0.append(result) }
        }
        #expect(seen.withLock { $0 } == ["status 202", "destination_ip_prohibited", "status 202"])
        #expect(judge.take().count == 3 && origin.connectionsAccepted == 2)
    }
}
