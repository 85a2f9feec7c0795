import NIOHTTP1
import Testing
import VenusServer

@Suite("What a request to upgrade gets")
struct UpgradeDecisionTests {
    private func head(_ change: (inout HTTPRequestHead) -> Void = { _ in }) -> HTTPRequestHead {
        var head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/api/v1/live?x=1",
            headers: [
                "Host": "localhost", "Connection": "keep-alive, Upgrade", "Upgrade": "websocket",
                "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            ])
        change(&head)
        return head
    }

    @Test("a sound handshake goes on to sign-in")
    func sound() { #expect(UpgradeDecision(head()) == .handshake) }

    @Test("a plain request is none")
    func plain() { #expect(UpgradeDecision(head { $0.headers.remove(name: "Upgrade") }) == .none) }

    @Test("other protocols, paths, methods and requests with a body are answered as plain requests")
    func ignored() {
        #expect(UpgradeDecision(head { $0.headers.replaceOrAdd(name: "Upgrade", value: "h2c") }) == .ignore)
        #expect(UpgradeDecision(head { $0.uri = "/api/v1/graph" }) == .ignore)
        #expect(UpgradeDecision(head { $0.method = .POST }) == .ignore)
        #expect(UpgradeDecision(head { $0.headers.add(name: "Content-Length", value: "5") }) == .ignore)
        #expect(UpgradeDecision(head { $0.headers.add(name: "Transfer-Encoding", value: "chunked") }) == .ignore)
        #expect(UpgradeDecision(head { $0.headers.replaceOrAdd(name: "Connection", value: "close") }) == .ignore)
        #expect(UpgradeDecision(head { $0.version = .http1_0 }) == .ignore)
    }

    @Test("another version or a broken key is refused")
    func refused() {
        #expect(
            UpgradeDecision(head { $0.headers.replaceOrAdd(name: "Sec-WebSocket-Version", value: "8") })
                == .refuse(.upgradeRequired))
        #expect(
            UpgradeDecision(head { $0.headers.replaceOrAdd(name: "Sec-WebSocket-Key", value: "short") })
                == .refuse(.malformedHandshake))
        #expect(
            UpgradeDecision(head { $0.headers.remove(name: "Sec-WebSocket-Key") }) == .refuse(.malformedHandshake))
    }
}
