import TestSupport

extension AbuseClass {
    /// RFC 9110, sections 5 and 7.6.1; RFC 9112, section 5.
    static let responseFields = AbuseClass(
        "Field lines of responses",
        malformed.map { line, why in
            .rejected("http_protocol_error", why, "HTTP/1.1 200 OK\r\n\(line)\r\nContent-Length: 2\r\n\r\nok", .closes)
        } + [
            .rejected("http_response_header_section_size", "a head of 70,000 bytes", ok("X: \(many(70_000))"), .closes),
            .rejected(
                "http_response_header_section_size", "a value without an end", "HTTP/1.1 200 OK\r\nX: \(many(70_000))",
                .closes),
            .rejected(
                "http_response_header_section_size", "a thousand fields", ok(many(999, "A: b\r\n") + "A: b"), .closes),
            .rejected("http_response_header_section_size", "257 fields", ok(many(255, "A: b\r\n") + "A: b"), .closes),
            .rejected(
                "http_protocol_error", "Connection names Content-Length", ok("Connection: Content-Length"), .closes),
            .rejected(
                "http_protocol_error", "Connection names 33 fields", ok("Connection: \(many(33, "a, "))"), .closes),
            .relayed(
                200, "a field that Connection names", ok("Connection: X-Secret", "X-Secret: a", "Y: b"), body: "ok"
            ).lacking("X-Secret").holding("Y: b\r\n"),
            .relayed(
                200, "Keep-Alive and Proxy-Connection", ok("Keep-Alive: timeout=5", "Proxy-Connection: close"),
                body: "ok"
            ).lacking("Keep-Alive", "Proxy-Connection"),
            .relayed(200, "Upgrade that nobody asked for", ok("Connection: Upgrade", "Upgrade: h2c"), body: "ok")
                .lacking("Upgrade", "h2c"),
            .relayed(
                200, "Connection: close ends the way to the origin only", ok("Connection: close"), .closes, body: "ok"
            ).lacking("close"),
            .relayed(200, "Connection: close that is not kept", ok("Connection: close"), body: "ok").lacking("close"),
            .relayed(200, "space before a colon is taken out", ok("X : a", "Y \t :b", "Z: c"), body: "ok").holding(
                "X: a\r\nY: b\r\nZ: c\r\n"),
            .relayed(
                200, "a field that Connection names behind space", ok("Connection : X-Secret", "X-Secret : a"),
                body: "ok"
            ).lacking("X-Secret"),
            .relayed(200, "no Date gets one", ok(), body: "ok").holding("\r\nDate: "),
            .relayed(200, "a Date of its own stays", ok("Date: never"), body: "ok").holding("Date: never\r\n"),
            .relayed(200, "bytes above ASCII", ok("X: \u{80}\u{ff}"), body: "ok").holding("X: \u{80}\u{ff}\r\n"),
            .relayed(200, "markup", ok("X: </td><script>alert(1)</script>"), body: "ok").holding(
                "X: </td><script>alert(1)</script>\r\n"),
            .relayed(200, "equal names keep their order", ok("Set-Cookie: a=1", "Set-Cookie: b=2"), body: "ok").holding(
                "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"),
            .relayed(200, "percent-encoded line ends", ok("Location: /%0d%0aSet-Cookie:%20a=b"), body: "ok").holding(
                "Location: /%0d%0aSet-Cookie:%20a=b\r\n"),
            .relayed(200, "Via of others stays before ours", ok("Via: 1.1 other"), body: "ok").holding(
                "Via: 1.1 other\r\n", "Via: 1.1 $VIA\r\n"),
            .relayed(200, "our own name in Via of a response is no loop", ok("Via: 1.1 $VIA"), body: "ok"),
            .relayed(200, "Host in a response is left out", ok("Host: evil.example"), body: "ok").lacking(
                "evil.example"),
            .relayed(200, "Proxy-Status of others stays", ok("Proxy-Status: other; error=dns_error"), body: "ok")
                .holding("Proxy-Status: other; error=dns_error\r\n"),
            .relayed(200, "a field of 60,000 bytes", ok("X: \(many(60_000))"), body: "ok").holding(
                "X: \(many(60_000))\r\n"),
        ])

    private static func ok(_ fields: String...) -> String {
        (["HTTP/1.1 200 OK", "Content-Length: 2"] + fields + ["", "ok"]).joined(separator: "\r\n")
    }

    private static let malformed: [(line: String, why: String)] = [
        ("X: a\u{0}b", "NUL in a value"), ("X: a\u{1b}[31mb", "a terminal's escape in a value"),
        ("X: a\u{7f}b", "DEL in a value"),
        ("X: a\rb", "a bare CR in a value"), ("X: a\nY: b", "a bare LF in a value"), ("X: a\r", "CR CR LF"),
        ("X: a\r\n b", "a folded value"), ("X: a\r\n\tb", "a value folded by a tab"),
        (" X: a", "a line that begins with space"),
        (" : a", "a colon behind space alone"), ("nothing", "no colon"),
        (": a", "no name"),
        ("X Y: a", "space in a name"), ("X\u{0}: a", "NUL in a name"), ("X(: a", "a bracket in a name"),
        ("X\u{80}: a", "a name above ASCII"),
        ("<b>: a", "markup as a name"), ("\u{1}: a", "a control as a name"),
        ("Content-Length : 2", "space behind Content-Length"),
        ("Transfer-Encoding\t: chunked", "a tab behind Transfer-Encoding"),
    ]
}
