extension AbuseClass {
    /// RFC 9110, section 7.6.2: only of TRACE and OPTIONS; at 0 the proxy answers itself, and that is no call.
    static let maxForwards = AbuseClass(
        "Max-Forwards",
        [
            AbuseCase(
                name: "TRACE that ends here", request: .line("TRACE $URL HTTP/1.1", "Max-Forwards: 0"), statuses: [200],
                ending: .stays, holds: ["Content-Type: message/http\r\n"]),
            AbuseCase(
                name: "TRACE that ends here, with secrets",
                request: .line(
                    "TRACE $URL HTTP/1.1", "Authorization: a", "Cookie: b", "Proxy-Authorization: c", "Max-Forwards: 0",
                    "X: y"), statuses: [200], ending: .stays,
                body: "TRACE $URL HTTP/1.1\r\nHost: $HOST\r\nMax-Forwards: 0\r\nX: y\r\n\r\n"),
            AbuseCase(
                name: "OPTIONS that ends here", request: .line("OPTIONS $URL HTTP/1.1", "Max-Forwards: 0"),
                statuses: [200], ending: .stays, body: ""),
            AbuseCase(
                name: "of leading zeros is 0", request: .line("OPTIONS $URL HTTP/1.1", "Max-Forwards: 000"),
                statuses: [200], ending: .stays, body: ""),
            .passed(
                "of 1 goes to the origin as 0", .line("TRACE $URL HTTP/1.1", "Max-Forwards: 1"),
                as: .line("TRACE /$CASE HTTP/1.1", "Max-Forwards: 0")
            ).permitted("a proxy passes TRACE on (RFC 9110, section 9.3.8); nginx never does"),
            .passed(
                "of another method is nothing to us", .get("Max-Forwards: 0"), as: .get("Max-Forwards: 0")),
            .passed(
                "of another method may be malformed", .get("Max-Forwards: -1"), as: .get("Max-Forwards: -1")),
            .refused(400, "negative", .line("OPTIONS $URL HTTP/1.1", "Max-Forwards: -1")),
            .refused(400, "empty", .line("OPTIONS $URL HTTP/1.1", "Max-Forwards:")),
            .refused(400, "a word", .line("TRACE $URL HTTP/1.1", "Max-Forwards: none")),
            .refused(400, "a list", .line("TRACE $URL HTTP/1.1", "Max-Forwards: 1, 2")),
            .refused(400, "twice", .line("OPTIONS $URL HTTP/1.1", "Max-Forwards: 1", "Max-Forwards: 0")),
        ])
}
