import TestSupport

extension AbuseClass {
    /// RFC 9112, sections 7.1, 8 and 9: bodies that end too early, too late or wrongly, and what follows them.
    static let responseBodies = AbuseClass(
        "Bodies of responses",
        malformedChunks.map { body, why in .rejected("http_protocol_error", "chunked: \(why)", chunked(body), .closes) }
            + [
                .broken("http_response_incomplete", "less than the length, and the end", length(10, "hello")),
                .broken("http_response_incomplete", "less than the length, and a reset", length(10, "hello"), .resets),
                .broken("http_response_incomplete", "nothing of the length, and the end", length(10, "")),
                .broken("http_response_incomplete", "half a chunk, and the end", chunked("a\r\nhello")),
                .broken("http_response_incomplete", "chunks without a last one", chunked("5\r\nhello\r\n")),
                .broken(
                    "http_response_incomplete", "chunks without a last one, and a reset", chunked("5\r\nhello\r\n"),
                    .resets),
                .broken(
                    "http_response_incomplete", "a last chunk without its empty line", chunked("5\r\nhello\r\n0\r\n")),
                .broken("http_response_incomplete", "half a trailer", chunked("5\r\nhello\r\n0\r\nX: y")),
                .broken("http_response_incomplete", "a chunk cut off, to a client of HTTP/1.0", chunked("a\r\nhello"))
                    .to(.line("GET $URL HTTP/1.0")).seen(.get().version10()),
                .relayed(200, "chunks", chunked("5\r\nhello\r\n0\r\n\r\n"), body: "hello"),
                .relayed(200, "chunks with extensions", chunked("5;a=\"b\"\r\nhello\r\n0;c\r\n\r\n"), body: "hello"),
                .relayed(
                    200, "chunks with a trailer", chunked("5\r\nhello\r\n0\r\nX-Trailer: y\r\n\r\n"), body: "hello"
                ).lacking("X-Trailer"),
                .relayed(200, "chunks byte by byte", chunked("5\r\nhello\r\n0\r\n\r\n"), body: "hello").piecemeal(),
                .relayed(200, "more than the length", length(5, "hello, and more"), body: "hello"),
                .relayed(200, "a second response behind the length", length(5, "hello") + forged, body: "hello"),
                .relayed(
                    200, "a second response behind the last chunk", chunked("5\r\nhello\r\n0\r\n\r\n") + forged,
                    body: "hello"),
                .relayed(200, "a second response behind no content", length(0, "") + forged, body: ""),
                .relayed(
                    200, "an interim response behind the length", length(5, "hello") + "HTTP/1.1 100 Continue\r\n\r\n",
                    body: "hello"),
                .relayed(200, "an empty line behind the length", length(5, "hello") + "\r\n", body: "hello"),
                .relayed(200, "one NUL behind the length", length(5, "hello") + "\u{0}", body: "hello"),
                .relayed(200, "a second response a moment later", length(5, "hello"), body: "hello").late(forged),
                .relayed(200, "one byte a moment later", length(5, "hello"), body: "hello").late("x"),
                .relayed(200, "half a head a moment later", length(5, "hello"), body: "hello").late(
                    "HTTP/1.1 200 OK\r\nSet-Cookie: "),
                .relayed(
                    200, "a response inside of the content", length(UInt(forged.utf8.count), forged), body: forged),
            ])

    private static let forged = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"

    private static func length(_ length: UInt, _ body: String) -> String {
        "HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n\(body)"
    }

    private static func chunked(_ body: String) -> String {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(body)"
    }

    private static let malformedChunks: [(body: String, why: String)] = [
        ("\r\nhello\r\n0\r\n\r\n", "no size"), ("zz\r\nhello\r\n0\r\n\r\n", "a size that is no number"),
        ("-5\r\nhello\r\n0\r\n\r\n", "a negative size"),
        ("0x5\r\nhello\r\n0\r\n\r\n", "a size with 0x"), ("5 \r\nhello\r\n0\r\n\r\n", "space behind the size"),
        ("ffffffffffffffff\r\nhello\r\n0\r\n\r\n", "a size of 2^64 - 1"),
        ("10000000000000005\r\nhello\r\n0\r\n\r\n", "a size of 2^64 + 5"),
        ("5\nhello\n0\n\n", "lines that end in LF"), ("5;a\nb\r\nhello\r\n0\r\n\r\n", "LF inside an extension"),
        ("4\r\nhello\r\n0\r\n\r\n", "more content than the size says"),
        ("6\r\nhello\r\n0\r\n\r\n", "less content than the size says"),
        ("5\r\nhello0\r\n\r\n", "no line end behind content"), ("0\r\nno colon\r\n\r\n", "a trailer without a colon"),
        ("0\r\nX: a\u{0}\r\n\r\n", "NUL in a trailer"), ("0\r\nContent-Length: 5\r\n\r\n", "a trailer that frames"),
        ("0\r\nConnection: close\r\n\r\n", "a trailer of this hop"),
        ("0\r\nX: a\r\n b\r\n\r\n", "a folded trailer"),
        ("hello", "no chunks at all"),
    ]
}
