extension AbuseClass {
    /// RFC 9112, section 11.2: what one reader takes for content and another for the next request, by the names that
    /// the literature has for who reads what.
    static let smuggling = AbuseClass(
        "Requests hidden inside of others",
        ambiguous.map { fields, body, why in .refused(400, why, .post(fields, body: body)) }
            + trailers.map { name in
                .refused(400, "a trailer \(name)", .chunked("5\r\nhello\r\n0\r\n\(name): x\r\n\r\n"))
            } + [
                .refused(400, "two other bytes where a chunk's line ends", .chunked("5\r\nhelloXX0\r\n\r\n")),
                .refused(400, "two LF behind a chunk", .chunked("5\r\nhello\n\n0\r\n\r\n")),
                .refused(
                    400, "a line end inside of a quoted extension",
                    .chunked("5;a=\"\r\n0\r\n\r\n\(hidden)\"\r\nhello\r\n0\r\n\r\n")),
                .refused(400, "DEL inside of an extension", .chunked("5;a\u{7f}\r\nhello\r\n0\r\n\r\n")),
                .refused(
                    400, "a coding folded in front of the first field",
                    .bare("POST $URL HTTP/1.1", " Transfer-Encoding: chunked", "Host: $HOST", "Content-Length: 0")),
                .refused(
                    400, "another host as the user of the target's",
                    .bare("GET http://evil.example@$HOST/$CASE HTTP/1.1", "Host: $HOST")),
                .passed(
                    "CL.0: the content of a GET", .get("Content-Length: 25", body: hidden + get),
                    as: .get("Content-Length: 25", body: hidden), .get()),
                .passed(
                    "CL.0: the content of OPTIONS", .line("OPTIONS $URL HTTP/1.1", "Content-Length: 25", body: hidden),
                    as: .line("OPTIONS /$CASE HTTP/1.1", "Content-Length: 25", body: hidden)),
                .passed(
                    "CL.0: the content of HEAD", .line("HEAD $URL HTTP/1.1", "Content-Length: 25", body: hidden),
                    as: .line("HEAD /$CASE HTTP/1.1", "Content-Length: 25", body: hidden)),
                .passed(
                    "TE.0: the chunked content of OPTIONS",
                    .line("OPTIONS $URL HTTP/1.1", "Transfer-Encoding: chunked", body: "19\r\n\(hidden)\r\n0\r\n\r\n"),
                    as: .line("OPTIONS /$CASE HTTP/1.1", "Transfer-Encoding: chunked", body: hidden)),
                .passed(
                    "0.CL: nothing, and a request behind it", .get("Content-Length: 0", body: get),
                    as: .get("Content-Length: 0"), .get()),
                .passed(
                    "a request as chunked content, and one behind it",
                    .chunked("19\r\n\(hidden)\r\n0\r\n\r\n" + get), as: .chunked(hidden), .get()),
                .passed(
                    "a quote that an extension leaves open", .chunked("5;a=\"\r\nhello\r\n0\r\n\r\n"),
                    as: .chunked("hello")),
                .passed(
                    "a size as the extension of a last chunk", .chunked("0;5\r\n\r\n" + get), as: .chunked(""), .get()),
                .passed(
                    "a trailer with credentials is no field of the next request",
                    .chunked("0\r\nAuthorization: x\r\n\r\n" + get),
                    as: .chunked("", trailers: ["Authorization: x"]), .get()),
                .passed(
                    "equal trailers keep their order", .chunked("0\r\nX: 1\r\nX: 2\r\n\r\n"),
                    as: .chunked("", trailers: ["X: 1", "X: 2"])),
                .passed(
                    "a target of one host and Host of another, twice",
                    .bare("GET $URL HTTP/1.1", "Host: evil.example", body: get), as: .get(), .get()
                ).permitted("Host gives way to the target (RFC 9112, section 3.2.2); HAProxy compares them"),
            ])

    private static let get = "GET $URL HTTP/1.1\r\nHost: $HOST\r\n\r\n"
    /// 25 bytes.
    private static let hidden = "GET /hidden HTTP/1.1\r\nX: "
    private static let chunk = "5\r\nhello\r\n0\r\n\r\n"

    private static let ambiguous: [(fields: String, body: String, why: String)] = [
        (
            "Content-Length: 6\r\nTransfer-Encoding: chunked", "0\r\n\r\nG",
            "CL.TE: the next method's first letter behind the last chunk"
        ),
        (
            "Content-Length: 30\r\nTransfer-Encoding: chunked", "0\r\n\r\n" + hidden,
            "CL.TE: a request behind the last chunk"
        ),
        (
            "Content-Length: 4\r\nTransfer-Encoding: chunked", "19\r\n\(hidden)\r\n0\r\n\r\n",
            "TE.CL: a request as a chunk"
        ),
        ("Transfer-Encoding\n: chunked", chunk, "TE.TE: LF before the colon"),
        ("Transfer-Encoding:\n chunked", chunk, "TE.TE: LF behind the colon"),
        ("Transfer-Encoding\r: chunked", chunk, "TE.TE: CR before the colon"),
        ("Transfer-Encoding: x\r\n chunked", chunk, "TE.TE: chunked folded behind another coding"),
        ("Transfer-Encoding: chunked\r\n\tx", chunk, "TE.TE: another coding folded behind chunked"),
        ("Transfer-Encoding\u{a0}: chunked", chunk, "TE.TE: a no-break space before the colon"),
        ("Transfer-Encoding: chunked;", chunk, "TE.TE: a semicolon behind chunked"),
        ("Transfer-Encoding: \u{0}chunked", chunk, "TE.TE: a NUL before chunked"),
        ("Content-Length: 5\r\n ,6", "hello", "CL.CL: a second length folded behind the first"),
    ]

    /// Fields that frame or route a message, or that end at a hop.
    private static let trailers = [
        "content-length", "TE", "Expect", "Max-Forwards", "Keep-Alive", "Upgrade", "Proxy-Authorization",
        "Proxy-Connection",
    ]
}
