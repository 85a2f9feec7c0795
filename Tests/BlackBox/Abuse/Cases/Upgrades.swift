import TestSupport

extension AbuseClass {
    /// RFC 9110, section 7.8; RFC 9113, section 3.1: what is offered, and what may be switched to.
    static let upgrades = AbuseClass(
        "Upgrades",
        [
            switched("to what was offered", offer: "websocket", answer: "Upgrade: websocket\r\n"),
            switched("spelled in another case", offer: "websocket", answer: "upgrade: WebSocket\r\n"),
            switched("to another protocol than WebSocket", offer: "frob/1.2", answer: "Upgrade: frob/1.2\r\n"),
            switched("to one of two", offer: "frob, websocket", answer: "Upgrade: websocket\r\n"),
            refused("to something else", offer: "websocket", answer: "Upgrade: frob\r\n"),
            refused("to another version", offer: "frob/1", answer: "Upgrade: frob/2\r\n"),
            refused("to nothing", offer: "websocket", answer: ""),
            refused("to an empty name", offer: "websocket", answer: "Upgrade:\r\n"),
            refused(
                "to one that was offered and one that was not", offer: "websocket",
                answer: "Upgrade: websocket, h2c\r\n"),
            refused(
                "to HTTP/2, which was offered but not passed on", offer: "h2c", passed: nil, answer: "Upgrade: h2c\r\n"),
            refused(
                "to HTTP/2, offered among others", offer: "h2c, websocket", passed: "websocket",
                answer: "Upgrade: h2c\r\n"),
            refused(
                "to what was offered without Connection", offer: nil, passed: nil, answer: "Upgrade: websocket\r\n"),
            refused("to what HTTP/1.0 cannot offer", offer: "websocket", passed: nil, answer: "Upgrade: websocket\r\n")
                .to(.line("GET $URL HTTP/1.0", "Connection: Upgrade", "Upgrade: websocket")).seen(.get().version10())
                .ending(.closes),
            ignored("that the origin does not take", offer: "websocket", passed: "websocket"),
            ignored("to HTTP/2 among others", offer: "websocket, H2C, frob", passed: "websocket, frob"),
            ignored("to what is no protocol", offer: "a b, \"c\", /1, d/, e/1/2, f", passed: "f"),
            ignored(
                "to ten, of which eight go on", offer: "a, b, c, d, e, f, g, h, i, j", passed: "a, b, c, d, e, f, g, h"),
            ignored("to nothing", offer: " , ,", passed: nil),
        ])

    private static func request(_ name: String, _ offer: String?) -> AbuseCase {
        .passed(name, offer.map { .get("Connection: Upgrade", "Upgrade: \($0)") } ?? .get("Upgrade: websocket"))
    }

    private static func seen(_ passed: String?) -> AbuseCase.Seen {
        passed.map { .get("Connection: Upgrade", "Upgrade: \($0)") } ?? .get()
    }

    private static func switched(_ name: String, offer: String, answer: String) -> AbuseCase {
        request(name, offer).changed {
            $0.answer = .init("HTTP/1.1 101 X\r\nConnection: Upgrade\r\n\(answer)\r\n")
            $0.statuses = [101]
            $0.ending = .tunnels
            $0.seen = [seen(offer)]
            $0.recorded = ["success"]
        }
    }

    private static func refused(_ name: String, offer: String?, passed: String?, answer: String) -> AbuseCase {
        request(name, offer).changed {
            $0.answer = .init("HTTP/1.1 101 X\r\nConnection: Upgrade\r\n\(answer)\r\nbytes", .closes)
            $0.statuses = [502]
            $0.holds = ["error=http_upgrade_failed"]
            $0.seen = [seen(passed)]
            $0.recorded = ["transport_error http_upgrade_failed"]
        }
    }

    private static func refused(_ name: String, offer: String, answer: String) -> AbuseCase {
        refused(name, offer: offer, passed: offer, answer: answer)
    }

    private static func ignored(_ name: String, offer: String, passed: String?) -> AbuseCase {
        request(name, offer).changed {
            $0.statuses = [200]
            $0.seen = [seen(passed)]
            $0.recorded = ["success"]
        }
    }
}
