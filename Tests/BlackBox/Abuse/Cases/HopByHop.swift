extension AbuseClass {
    /// RFC 9110, section 7.6.1: what ends at this hop, and what must not be made to.
    static let hopByHop = AbuseClass(
        "Fields of this hop",
        [
            .refused(
                400, "Connection names Content-Length",
                .post("Connection: Content-Length", "Content-Length: 5", body: "hello")),
            .refused(
                400, "Connection names Content-Length in another case",
                .post("Connection: close, CONTENT-LENGTH", "Content-Length: 5", body: "hello")),
            .refused(400, "Connection names 33 fields", .get("Connection: \(many(33, "a, "))")),
            .refused(400, "33 Connection options, in lines of their own", .get(many(33, "Connection: a\r\n") + "A: b")),
            .passed(
                "a field that Connection names", .get("Connection: X-Secret", "X-Secret: a", "Y: b"), as: .get("Y: b")),
            .passed("named in another case", .get("Connection: x-sEcret", "X-Secret: a", "x-secret: b"), as: .get()),
            .passed("named before and behind itself", .get("X: a", "Connection: X", "X: b"), as: .get()),
            .passed(
                "named in a second Connection", .get("Connection: A", "Connection: B", "A: 1", "B: 2", "C: 3"),
                as: .get("C: 3")),
            .passed(
                "named between empty elements", .get("Connection: , ,A,,\t, B ,", "A: 1", "B: 2", "C: 3"),
                as: .get("C: 3")),
            .passed("named in quotes is not named", .get("Connection: \"A\"", "A: 1"), as: .get("A: 1")),
            .passed(
                "named with a star is not named", .get("Connection: A*, *", "A: 1", "AB: 2"), as: .get("A: 1", "AB: 2")),
            .passed(
                "a part of a name is not named", .get("Connection: Auth", "Authorization: x"),
                as: .get("Authorization: x")),
            .passed("named twice", .get("Connection: A, a, A", "A: 1"), as: .get()),
            .passed("32 options", .get("Connection: \(many(32, "a, "))", "A: 1"), as: .get()),
            .passed(
                "credentials that Connection names end here",
                .get("Connection: Authorization, Cookie", "Authorization: x", "Cookie: y"), as: .get()),
            .passed(
                "X-Forwarded-For that Connection names ends here",
                .get("Connection: X-Forwarded-For", "X-Forwarded-For: 10.0.0.1"), as: .get()),
            .passed(
                "Expect that Connection names ends here",
                .post("Connection: Expect", "Expect: 100-continue", "Content-Length: 5", body: "hello"),
                as: .post("Content-Length: 5", body: "hello")),
            .passed("Via that Connection names is ours alone", .get("Connection: Via", "Via: 1.1 other"), as: .get()),
            .passed("Connection names itself", .get("Connection: Connection"), as: .get()),
            .passed("Proxy-Connection", .get("Proxy-Connection: keep-alive"), as: .get()),
            .passed("Keep-Alive", .get("Keep-Alive: timeout=5"), as: .get()),
            .passed("TE", .get("Connection: TE", "TE: trailers, gzip"), as: .get()),
            .passed("TE without Connection", .get("TE: trailers"), as: .get()),
            .passed("Proxy-Authorization", .get("Proxy-Authorization: Basic c2VjcmV0"), as: .get()),
            .passed(
                "Proxy-Authorization twice", .get("Proxy-Authorization: Basic a", "proxy-authorization: Basic b"),
                as: .get()),
            .passed(
                "Upgrade to HTTP/2",
                .get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"),
                as: .get()),
            .passed(
                "Upgrade to HTTP/2, without Connection", .get("Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"),
                as: .get("HTTP2-Settings: AAMAAABkAAQAAP__")),
            .passed(
                "Upgrade to HTTP/2 of a POST",
                .post(
                    "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AA", "Content-Length: 5",
                    body: "hello"), as: .post("Content-Length: 5", body: "hello")),
            .passed("Upgrade that Connection does not name", .get("Upgrade: websocket"), as: .get()),
            .passed("close", .get("Connection: close"), as: .get()).ending(.closes).holding("Connection: close\r\n"),
            .passed("close in capitals", .get("Connection: CLOSE"), as: .get()).ending(.closes),
            .passed("close among others", .get("Connection: keep-alive, x, close"), as: .get()).ending(.closes),
            .passed("close in the second line", .get("Connection: keep-alive", "Connection: close"), as: .get()).ending(
                .closes),
            .passed("keep-alive", .get("Connection: keep-alive"), as: .get()).lacking("keep-alive"),
        ])
}
