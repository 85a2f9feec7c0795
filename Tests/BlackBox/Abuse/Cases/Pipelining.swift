extension AbuseClass {
    /// RFC 9112, section 9.3.2: one request behind the other, and none hidden inside of another.
    static let pipelining = AbuseClass(
        "Requests behind one another",
        [
            .passed("two", Message(get + get), as: .get(), .get()),
            .passed(
                "ten", Message(many(10, get)), as: .get(), .get(), .get(), .get(), .get(), .get(), .get(), .get(),
                .get(), .get()),
            .passed("with an empty line between them", Message(get + "\r\n" + get), as: .get(), .get()),
            .passed(
                "behind a body", .post("Content-Length: 5", body: "hello" + get),
                as: .post("Content-Length: 5", body: "hello"), .get()),
            .passed("behind a chunked body", .chunked("5\r\nhello\r\n0\r\n\r\n" + get), as: .chunked("hello"), .get()),
            .passed(
                "behind a trailer", .chunked("0\r\nX: y\r\n\r\n" + get), as: .chunked("", trailers: ["X: y"]), .get()),
            .passed(
                "behind a body of nothing", .post("Content-Length: 0", body: get), as: .post("Content-Length: 0"),
                .get()),
            .passed("behind a request without a length", .post(body: get), as: .post(), .get()),
            bad("a bad one behind a good one", get + "BAD\r\n\r\n"),
            bad("a body that nobody announced", get + "hello" + "\r\n\r\n"),
            bad("garbage behind a good one", get + "\u{0}\u{1}\u{2}"),
            bad(
                "one byte more than the length",
                "POST $URL HTTP/1.1\r\nHost: $HOST\r\nContent-Length: 5\r\n\r\nhello!\r\n\r\n",
                .post("Content-Length: 5", body: "hello")),
            bad(
                "a second last chunk",
                "POST $URL HTTP/1.1\r\nHost: $HOST\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n0\r\n\r\n",
                .chunked("")),
            bad(
                "both framings behind a good one",
                get
                    + "POST $URL HTTP/1.1\r\nHost: $HOST\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            ),
            .refused(400, "a good one behind a bad one is never read", Message("BAD\r\n\r\n" + get)),
            .refused(
                400, "a good one behind both framings is never read",
                .post("Content-Length: 5", "Transfer-Encoding: chunked", body: "0\r\n\r\n" + get)),
            .refused(400, "a good one behind a bad chunk is never read", .chunked("zz\r\n" + get)),
            .refused(400, "a good one behind a missing Host is never read", Message("GET $URL HTTP/1.1\r\n\r\n" + get)),
            .refused(
                400, "a good one behind an unknown coding is never read", .post("Transfer-Encoding: x", body: get)),
            .passed(
                "what comes behind Connection: close is never read", .get("Connection: close", body: get), as: .get()
            ).ending(.closes),
            .passed(
                "what comes behind HTTP/1.0 is never read", .line("GET $URL HTTP/1.0", body: get),
                as: .get().version10()
            ).ending(.closes),
        ])

    private static let get = "GET $URL HTTP/1.1\r\nHost: $HOST\r\n\r\n"

    /// The first is answered by the origin, the second by the proxy.
    private static func bad(_ name: String, _ text: String, _ seen: AbuseCase.Seen = .get()) -> AbuseCase {
        .passed(name, Message(text), as: seen).answers(200, 400).ending(.closes)
    }
}
