import TestSupport

extension AbuseClass {
    /// RFC 9112, section 4; RFC 9110, section 15.
    static let statusLines = AbuseClass(
        "Status lines",
        malformed.map { line, why in
            .rejected("http_protocol_error", why, "\(line)\r\nContent-Length: 2\r\n\r\nok", .closes)
        } + [
            .rejected("http_protocol_error", "no head at all", "<html>hello</html>\r\n", .closes),
            .rejected(
                "http_protocol_error", "lines that end in LF", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", .closes),
            .rejected(
                "http_protocol_error", "an empty line first", "\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                .closes),
            .rejected("http_protocol_error", "NULs", many(100, "\u{0}"), .closes),
            .rejected("http_protocol_error", "TLS", "\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{46}", .closes),
            .rejected("http_protocol_error", "SSH", "SSH-2.0-OpenSSH_9.2\r\n", .closes),
            .rejected(
                "http_protocol_error", "HTTP/2 frames",
                "\u{0}\u{0}\u{6}\u{4}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{3}\u{0}\u{0}\u{0}\u{64}", .closes),
            silent("nothing, and the end", .closes),
            silent("nothing, and a reset", .resets),
            .rejected("http_response_incomplete", "half a status line, and the end", "HTTP/1.1 20", .closes),
            .rejected("http_response_incomplete", "a status line, and the end", "HTTP/1.1 200 OK\r\n", .closes),
            .rejected("http_response_incomplete", "half a head, and the end", "HTTP/1.1 200 OK\r\nContent-", .closes),
            .rejected("http_response_incomplete", "half a head, and a reset", "HTTP/1.1 200 OK\r\nContent-", .resets),
            .rejected(
                "http_response_header_section_size", "a reason without an end", "HTTP/1.1 200 \(many(70_000))", .closes),
            .rejected(
                "http_upgrade_failed", "101 that nobody asked for",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nbytes", .closes),
            .rejected("http_upgrade_failed", "101 without fields", "HTTP/1.1 101 X\r\n\r\n", .closes),
            .relayed(200, "no reason", "HTTP/1.1 200 \r\n\(ok)", body: "ok").holding("HTTP/1.1 200 \r\n"),
            .relayed(200, "no reason and no space", "HTTP/1.1 200\r\n\(ok)", body: "ok").holding("HTTP/1.1 200 \r\n"),
            .relayed(200, "a reason above ASCII", "HTTP/1.1 200 \u{e9}\u{80}\u{ff}\r\n\(ok)", body: "ok"),
            .relayed(200, "a reason of markup", "HTTP/1.1 200 <script>alert(1)</script>\r\n\(ok)", body: "ok"),
            .relayed(200, "a higher minor version", "HTTP/1.2 200 OK\r\n\(ok)", body: "ok").holding(
                "HTTP/1.1 200 OK\r\n"),
            .relayed(200, "HTTP/1.0", "HTTP/1.0 200 OK\r\n\(ok)", .closes, body: "ok").holding(
                "HTTP/1.1 200 OK\r\n", "Via: 1.0 "),
            .relayed(
                200, "HTTP/1.0 that is kept alive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\(ok)", body: "ok"
            ).lacking("keep-alive"),
            .relayed(200, "byte by byte", "HTTP/1.1 200 OK\r\n\(ok)", body: "ok").piecemeal(),
            .relayed(299, "an unknown success", "HTTP/1.1 299 X\r\n\(ok)", body: "ok"),
            .relayed(399, "an unknown redirection", "HTTP/1.1 399 X\r\n\(ok)", body: "ok"),
            .relayed(499, "an unknown client error", "HTTP/1.1 499 X\r\n\(ok)", body: "ok"),
            .relayed(599, "an unknown server error", "HTTP/1.1 599 X\r\n\(ok)", body: "ok"),
            .relayed(600, "600 counts as a server error", "HTTP/1.1 600 X\r\n\(ok)", body: "ok"),
            .relayed(999, "999 counts as a server error", "HTTP/1.1 999 X\r\n\(ok)", body: "ok"),
            .relayed(407, "407 of the origin", "HTTP/1.1 407 X\r\n\(ok)", body: "ok"),
        ])

    /// On a connection that was used before, a GET is tried once more: it may have come just as the origin closed.
    private static func silent(_ name: String, _ ending: LoggingOrigin.Answer.Ending) -> AbuseCase {
        .rejected("connection_terminated", name, "", ending).seen(.get(), .get())
    }

    private static let ok = "Content-Length: 2\r\n\r\nok"

    private static let malformed: [(line: String, why: String)] = [
        ("HTTP/2.0 200 OK", "HTTP/2.0"), ("HTTP/0.9 200 OK", "HTTP/0.9"), ("http/1.1 200 OK", "small letters"),
        ("HTTP/1 200 OK", "no minor version"),
        ("HTTP/1.10 200 OK", "two digits"), ("HTTP/11 200 OK", "no dot"), ("HTTP/1.1  200 OK", "two spaces"),
        ("HTTP/1.1\t200 OK", "a tab"),
        ("HTTP/1.1200 OK", "no space"), (" HTTP/1.1 200 OK", "a space before"),
        ("HTTP/1.1 20 OK", "a status of two digits"),
        ("HTTP/1.1 2000 OK", "a status of four digits"), ("HTTP/1.1 000 OK", "status 0"),
        ("HTTP/1.1 099 OK", "status 99"),
        ("HTTP/1.1 -20 OK", "a negative status"), ("HTTP/1.1 +20 OK", "a status with a plus"),
        ("HTTP/1.1 2x0 OK", "a letter in the status"),
        ("HTTP/1.1 0x1 OK", "a status in hexadecimal"), ("HTTP/1.1 200\tOK", "a tab behind the status"),
        ("HTTP/1.1 200OK", "no space behind the status"),
        ("HTTP/1.1 OK", "no status"), ("HTTP/1.1", "a version alone"), ("ICY 200 OK", "Shoutcast"),
        ("RTSP/1.0 200 OK", "RTSP"),
        ("HTTPS/1.1 200 OK", "HTTPS"), ("200 OK", "no version"), ("OK", "a word"),
        ("HTTP/1.1 200 O\u{0}K", "NUL in the reason"),
        ("HTTP/1.1 200 O\u{1b}[31mK", "a terminal's escape in the reason"),
        ("HTTP/1.1 200 O\rK", "a bare CR in the reason"),
        ("HTTP/1.1 200 OK\r", "CR CR LF behind the reason"), ("HTTP/1.1 200 O\u{7f}K", "DEL in the reason"),
        ("HTTP/1.1 200 O\u{b}K", "a vertical tab in the reason"), ("GET / HTTP/1.1", "a request"),
    ]
}
