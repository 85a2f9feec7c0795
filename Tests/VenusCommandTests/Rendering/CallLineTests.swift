import Foundation
import Testing
import VenusCore
import venus

@Suite("A line of venus tail")
struct CallLineTests {
    private static let tunnel = VenusCore.Operation(
        scheme: "tcp", host: "api.example", port: 443, method: "CONNECT", route: "", networkProtocol: "tls/1.3 http/1.1"
    )
    private static let exchange = VenusCore.Operation(
        scheme: "https", host: "api.example", port: 443, method: "_OTHER", route: "", networkProtocol: "http/1.1")
    private static let request = VenusCore.Operation(
        scheme: "http", host: "stock", port: 80, method: "GET", route: "/items/*", networkProtocol: "http/1.1")

    private func line(
        _ operation: VenusCore.Operation, _ outcome: Outcome, status: UInt16 = 0, errorType: ErrorType? = nil,
        flags: CallFlags = []
    ) -> CallLine {
        let call = Call(
            operation: 0, start: 1_795_230_000_000_000, duration: 123_000, outcome: outcome, status: status,
            errorType: errorType, bytesSent: 512, bytesReceived: 4_210, flags: flags)
        let producer = Producer(id: "p", environment: "e", service: "checkout", instance: "i", host: "h")
        return CallLine(call: call, operation: operation, producer: producer)
    }

    private func said(_ line: CallLine) -> String {
        String(line.text.drop { $0 != " " }.dropFirst())
    }

    @Test("tells of requests, tunnels, exchanges inside them, and their ends")
    func text() {
        #expect(
            said(line(Self.request, .serverError, status: 503))
                == "checkout → stock:80 GET /items/* 503 server_error 123 ms")
        #expect(
            said(line(Self.tunnel, .success, flags: .tunnel))
                == "checkout → api.example:443 CONNECT tls/1.3 http/1.1 success 123 ms")
        #expect(
            said(line(Self.exchange, .unknown, flags: .estimated))
                == "checkout → api.example:443 HTTPS exchange ≈ 123 ms, 512 B sent, 4.2 kB received")
        #expect(
            said(line(Self.exchange, .transportError, errorType: .callerTimeout, flags: .estimated))
                == "checkout → api.example:443 HTTPS exchange transport_error caller_timeout ≈ 123 ms, 512 B sent, "
                + "4.2 kB received")
        #expect(
            said(
                line(
                    Self.tunnel, .success, errorType: .connectionTerminated,
                    flags: [.tunnel, .activity, .ended, .endedByDependency]))
                == "checkout → api.example:443 CONNECT tls/1.3 http/1.1 ended by the dependency "
                + "(connection_terminated) after 123 ms")
    }

    @Test("says as JSON of what kind it is, and all that the call log has")
    func json() throws {
        let activity = line(Self.tunnel, .success, flags: [.tunnel, .activity])
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(activity.json.utf8)) as? [String: Any])
        #expect(object["kind"] as? String == "activity")
        #expect(object["flags"] as? [String] == ["tunnel", "activity"])
        #expect(object["protocol"] as? String == "tls/1.3 http/1.1")
        #expect(object["scheme"] as? String == "tcp")
        #expect(object["bytes_received"] as? Int == 4_210)
        #expect(
            [
                line(Self.request, .success), line(Self.tunnel, .transportError, flags: .tunnel),
                line(Self.exchange, .unknown, flags: .estimated), activity,
                line(Self.tunnel, .success, flags: [.tunnel, .activity, .ended]),
            ].map(\.kind) == [.call, .tunnel, .exchange, .activity, .end])
    }

    @Test("counts as an error only what failed as a call")
    func errors() {
        #expect(line(Self.exchange, .transportError, errorType: .callerTimeout, flags: .estimated).isError)
        #expect(!line(Self.exchange, .unknown, flags: .estimated).isError)
        let reset = line(
            Self.tunnel, .transportError, errorType: .connectionTerminated, flags: [.tunnel, .activity, .ended])
        #expect(!reset.isError)
    }

    @Test("obeys no control character, nor one that turns the direction of writing")
    func safe() {
        var operation = Self.request
        operation.route = "/a\u{1B}[31m\u{202E}\u{2028}b"
        let text = line(operation, .success).text
        #expect(!text.unicodeScalars.contains { ["\u{1B}", "\u{202E}", "\u{2028}"].contains($0) })
    }
}
