import TestSupport

extension AbuseClass {
    /// RFC 9110, section 15.2.
    static let interimResponses = AbuseClass(
        "Interim responses",
        [
            .relayed(200, "100 that nobody asked for", "HTTP/1.1 100 Continue\r\n\r\n\(ok)", body: "ok").interims(100),
            .relayed(200, "103", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n\(ok)", body: "ok").interims(103),
            .relayed(200, "an unknown one", "HTTP/1.1 199 X\r\n\r\n\(ok)", body: "ok").interims(199),
            .relayed(
                200, "three kinds", "HTTP/1.1 100 X\r\n\r\nHTTP/1.1 102 X\r\n\r\nHTTP/1.1 103 X\r\n\r\n\(ok)",
                body: "ok"
            ).interims(100, 102, 103),
            .relayed(200, "32 of them", "\(many(32, "HTTP/1.1 103 X\r\n\r\n"))\(ok)", body: "ok").changed {
                $0.interims = Array(repeating: 103, count: 32)
            },
            .relayed(200, "byte by byte", "HTTP/1.1 103 X\r\n\r\n\(ok)", body: "ok").interims(103).piecemeal(),
            .relayed(
                200, "one with a length has no content all the same",
                "HTTP/1.1 103 X\r\nContent-Length: 5\r\n\r\n\(ok)", body: "ok"
            ).interims(103),
            .relayed(
                200, "one that says chunks come has no content all the same",
                "HTTP/1.1 103 X\r\nTransfer-Encoding: chunked\r\n\r\n\(ok)", body: "ok"
            ).interims(103),
            .relayed(
                200, "none for a client of HTTP/1.0", "HTTP/1.1 100 X\r\n\r\nHTTP/1.1 103 X\r\n\r\n\(ok)", body: "ok"
            )
            .to(.line("GET $URL HTTP/1.0")).seen(.get().version10()).ending(.closes),
            failed("http_protocol_error", "33 of them", many(33, "HTTP/1.1 103 X\r\n\r\n"), interims: 32),
            failed("http_protocol_error", "a thousand of them", many(1_000, "HTTP/1.1 103 X\r\n\r\n"), interims: 32),
            failed("http_response_incomplete", "one, and the end", "HTTP/1.1 103 X\r\n\r\n", interims: 1),
            failed("http_response_incomplete", "one, and half a head", "HTTP/1.1 103 X\r\n\r\nHTTP/1.1 2", interims: 1),
            failed(
                "http_protocol_error", "one, and garbage", "HTTP/1.1 103 X\r\n\r\n\u{0}\u{1}\u{2}garbage here",
                interims: 1),
            failed(
                "http_protocol_error", "one with content", "HTTP/1.1 103 X\r\nContent-Length: 5\r\n\r\nhello\(ok)",
                interims: 1),
            failed(
                "http_protocol_error", "one with both framings",
                "HTTP/1.1 103 X\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n\(ok)", interims: 0),
            failed("http_protocol_error", "one with a NUL", "HTTP/1.1 103 X\r\nA: \u{0}\r\n\r\n\(ok)", interims: 0),
            failed(
                "http_upgrade_failed", "one, and 101", "HTTP/1.1 103 X\r\n\r\nHTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n",
                interims: 1),
        ])

    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    private static func failed(_ errorType: String, _ name: String, _ answer: String, interims: Int) -> AbuseCase {
        .rejected(errorType, name, answer, .closes).changed { $0.interims = Array(repeating: 103, count: interims) }
    }
}
