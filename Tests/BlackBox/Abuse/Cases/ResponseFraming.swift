import TestSupport

extension AbuseClass {
    /// RFC 9112, section 6.3: what a response says about its length.
    static let responseFraming = AbuseClass(
        "Framing of responses",
        malformedLengths.map { value, why in
            .rejected(
                "http_protocol_error", "Content-Length \(why)", response("Content-Length:\(value)", body: "hello"),
                .closes)
        }
            + malformedCodings.map { value, why in
                .rejected(
                    "http_response_transfer_coding", "Transfer-Encoding \(why)",
                    response("Transfer-Encoding:\(value)", body: chunk), .closes)
            } + [
                .rejected(
                    "http_protocol_error", "two lengths",
                    response("Content-Length: 5", "Content-Length: 6", body: "hello!"), .closes),
                .rejected(
                    "http_protocol_error", "Content-Length, then Transfer-Encoding",
                    response("Content-Length: 5", "Transfer-Encoding: chunked", body: chunk), .closes),
                .rejected(
                    "http_protocol_error", "Transfer-Encoding, then Content-Length",
                    response("Transfer-Encoding: chunked", "Content-Length: 5", body: chunk), .closes),
                .rejected(
                    "http_protocol_error", "Transfer-Encoding and a length of nothing",
                    response("Content-Length: 0", "Transfer-Encoding: chunked", body: chunk), .closes),
                .rejected(
                    "http_response_transfer_coding", "chunked twice, in two lines",
                    response("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body: chunk), .closes),
                .rejected(
                    "http_protocol_error", "chunked in HTTP/1.0",
                    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)", .closes),
                .relayed(
                    200, "the same length twice goes on once",
                    response("Content-Length: 5", "Content-Length: 5", body: "hello"), body: "hello"),
                .relayed(
                    200, "a length with leading zeros goes on without them",
                    response("Content-Length: 005", body: "hello"), body: "hello"
                ).holding("Content-Length: 5\r\n"),
                .relayed(
                    200, "chunked in odd case", response("tRANSFER-eNCODING: cHUNKED", body: chunk), body: "hello"),
                .relayed(
                    200, "chunked to a client of HTTP/1.0", response("Transfer-Encoding: chunked", body: chunk),
                    body: "hello"
                )
                .to(.line("GET $URL HTTP/1.0")).seen(.get().version10()).lacking("chunked").ending(.closes),
                .relayed(200, "no length ends with the connection", response(body: "hello"), .closes, body: "hello")
                    .holding("Connection: close\r\n").ending(.closes),
                .relayed(200, "no length and no content", response(), .closes, body: "").ending(.closes),
                .broken("http_response_incomplete", "no length, and a reset", response(body: "hello"), .resets),
                .relayed(200, "a length of nothing", response("Content-Length: 0"), body: ""),
            ])

    private static let chunk = "5\r\nhello\r\n0\r\n\r\n"

    private static func response(_ fields: String..., body: String = "") -> String {
        (["HTTP/1.1 200 OK"] + fields + ["", body]).joined(separator: "\r\n")
    }

    private static let malformedLengths: [(value: String, why: String)] = [
        ("", "empty"), (" +5", "with a plus"), (" -5", "negative"), (" 0x5", "in hexadecimal"),
        (" 5x", "with a letter"), (" 5 5", "with a space"),
        (" 5, 6", "as a list of two"), (" 5.0", "with a fraction"), (" \"5\"", "quoted"),
        (" 18446744073709551616", "of 2^64"),
        (" 9223372036854775808", "of 2^63"), (" \(many(40, "9"))", "of forty digits"), (" 5;", "with a semicolon"),
    ]

    private static let malformedCodings: [(value: String, why: String)] = [
        ("", "empty"), (" gzip", "gzip"), (" gzip, chunked", "gzip and chunked"),
        (" chunked, gzip", "chunked, not last"),
        (" chunked, chunked", "chunked twice"), (" identity", "identity"), (" xchunked", "xchunked"),
        (" chunked;a", "with a parameter"),
        (" chunked,", "with an empty element"), (" br, chunked", "br and chunked"), (" \"chunked\"", "quoted"),
    ]
}
