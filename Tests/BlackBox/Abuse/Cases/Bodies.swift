extension AbuseClass {
    /// RFC 9112, sections 6 and 8: where bodies end, and what becomes of those that do not.
    static let bodies = AbuseClass(
        "Ends of requests",
        [
            .abandoned("nothing at all", ""),
            .abandoned("half a request line", "GET http://$HO"),
            .abandoned("a request line", "GET $URL HTTP/1.1\r\n"),
            .abandoned("half a head", "GET $URL HTTP/1.1\r\nHost: $HOST\r\nX: y"),
            .abandoned("a head without its empty line", "GET $URL HTTP/1.1\r\nHost: $HOST\r\n"),
            .abandoned("a head without its last LF", "GET $URL HTTP/1.1\r\nHost: $HOST\r\n\r"),
            .abandoned("empty lines", "\r\n\r\n\r\n"),
            .abandoned(
                "half a body", .post("Content-Length: 10", body: "hello"),
                seen: [.post("Content-Length: 10", body: "hello").incomplete()]),
            .abandoned("half a chunk", .chunked("a\r\nhello"), seen: [.chunked("").incomplete()]),
            .abandoned(
                "chunks without a last one", .chunked("5\r\nhello\r\n"), seen: [.chunked("hello").incomplete()]),
            .abandoned(
                "a last chunk without its empty line", .chunked("5\r\nhello\r\n0\r\n"),
                seen: [.chunked("hello").incomplete()]),
            .abandoned(
                "a body of 10^17 bytes that does not come", .post("Content-Length: 100000000000000000", body: "hello"),
                seen: [.post("Content-Length: 100000000000000000", body: "hello").incomplete()]),
            .passed("a body without a length is none", .post(), as: .post()),
            .passed(
                "a body in a later segment", .post("Content-Length: 5"), as: .post("Content-Length: 5", body: "hello")
            ).then("hello"),
            .passed(
                "a body that looks like a request",
                .post("Content-Length: 27", body: "GET http://x/ HTTP/1.1\r\n\r\nX"),
                as: .post("Content-Length: 27", body: "GET http://x/ HTTP/1.1\r\n\r\nX")),
        ])
}
