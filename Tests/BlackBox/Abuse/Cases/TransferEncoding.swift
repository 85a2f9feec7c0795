extension AbuseClass {
    /// RFC 9112, sections 6.1, 6.3 and 7: `chunked`, once and last, is all that is understood.
    static let transferEncoding = AbuseClass(
        "Transfer-Encoding in requests",
        codings.map { status, value, why in
            .refused(status, "Transfer-Encoding \(why)", .post("Transfer-Encoding:\(value)", body: chunk))
        }
            + lines.map { status, lines, why in .refused(status, why, .post(lines, body: chunk)) } + [
                .refused(
                    400, "in HTTP/1.0", .line("POST $URL HTTP/1.0", "Transfer-Encoding: chunked", body: chunk)),
                .refused(
                    400, "in HTTP/1.0, to be kept alive",
                    .line("POST $URL HTTP/1.0", "Connection: keep-alive", "Transfer-Encoding: chunked", body: chunk)),
                .passed("in odd case", .post("tRANSFER-eNCODING: cHUNKED", body: chunk), as: .chunked("hello")),
                .passed(
                    "with a tab around it", .post("Transfer-Encoding:\tchunked\t", body: chunk), as: .chunked("hello")
                )
                .permitted("tabs are white space (RFC 9110, section 5.6.3); nginx refuses them"),
                .passed("without space", .post("Transfer-Encoding:chunked", body: chunk), as: .chunked("hello")),
                .passed(
                    "of a GET", .get("Transfer-Encoding: chunked", body: chunk),
                    as: .get("Transfer-Encoding: chunked", body: "hello")),
                .passed(
                    "named by Connection stays what it is",
                    .post("Connection: Transfer-Encoding", "Transfer-Encoding: chunked", body: chunk),
                    as: .chunked("hello")
                ),
                .passed(
                    "spelled with an underscore is another field",
                    .post("Transfer_Encoding: chunked", "Content-Length: 5", body: "hello"),
                    as: .post("Transfer_Encoding: chunked", "Content-Length: 5", body: "hello")),
            ])

    private static let chunk = "5\r\nhello\r\n0\r\n\r\n"

    private static let lines: [(status: Int, lines: String, why: String)] = [
        (400, "Content-Length: 5\r\nTransfer-Encoding: chunked", "Content-Length, then Transfer-Encoding"),
        (400, "Transfer-Encoding: chunked\r\nContent-Length: 5", "Transfer-Encoding, then Content-Length"),
        (400, "Content-Length: 0\r\nTransfer-Encoding: chunked", "Transfer-Encoding and a Content-Length of nothing"),
        (
            400, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nContent-Length: 5",
            "Transfer-Encoding between two Content-Lengths"
        ),
        (400, "Content-Length: 5\r\n\(many(100, "A: b\r\n"))Transfer-Encoding: chunked", "both, far apart"),
        (400, "CONTENT-LENGTH: 5\r\nTRANSFER-ENCODING: CHUNKED", "both, the coding in capitals"),
        (400, "Content-Length: 5\r\nTransfer-Encoding: xchunked", "both, the coding unknown"),
        (501, "Content-Length: 5\r\nTransfer-Encoding: x, chunked", "both, chunked behind an unknown coding"),
        (
            400, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: Transfer-Encoding",
            "both, the coding nominated as a connection option"
        ),
        (400, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "chunked twice, in two lines"),
        (400, "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "chunked, then identity"),
        (501, "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", "identity, then chunked"),
        (501, "Transfer-Encoding: gzip\r\nA: b\r\nTransfer-Encoding: chunked", "gzip, then chunked"),
        (400, "Transfer-Encoding : chunked", "with space before its colon"),
        (400, "Transfer-Encoding\u{0}: chunked", "with a NUL in its name"),
        (400, "\u{1f}Transfer-Encoding: chunked", "with a control before its name"),
        (400, "Transfer-Encoding:\r\n chunked", "folded"),
        (400, "X: y\r\n Transfer-Encoding: chunked", "folded into another field"),
        (400, "X: y\nTransfer-Encoding: chunked", "behind a bare line feed"),
        (400, "X: y\rTransfer-Encoding: chunked", "behind a bare carriage return"),
        (400, "Transfer-Encoding chunked", "without a colon"),
    ]

    private static let codings: [(status: Int, value: String, why: String)] = [
        (400, "", "empty"), (400, " ,", "of nothing but a comma"), (400, " chunked, chunked", "chunked twice"),
        (400, " chunked,", "with an empty element behind"), (400, " , chunked", "with an empty element before"),
        (400, " chunked, gzip", "chunked, not last"), (400, " gzip", "gzip alone"), (400, " deflate", "deflate alone"),
        (501, " gzip, chunked", "gzip and chunked"),
        (501, " br, chunked", "br and chunked"), (501, " identity,chunked", "identity and chunked"),
        (501, " chunked;q=1, chunked", "with a parameter, and without"),
        (400, " gzip, chunked, x", "chunked in between"), (400, " identity", "identity"),
        (400, " xchunked", "xchunked"),
        (400, " chunkedx", "chunkedx"), (400, " chunk", "chunk"), (400, " chunke", "chunke"), (400, " br", "br"),
        (400, " \"chunked\"", "quoted"), (400, " 'chunked'", "in single quotes"),
        (400, " chunked;q=1", "with a parameter"),
        (400, " chunked identity", "with a space inside"), (400, " chunkeD, x", "before an unknown one"),
        (400, " \u{b}chunked", "behind a vertical tab"), (400, " chunked\u{c}", "before a form feed"),
        (400, " chunked\u{0}", "before a NUL"), (400, " \u{a0}chunked", "behind a no-break space"),
        (400, " chun\u{e2}\u{84}\u{aa}ed", "with a Kelvin sign"), (400, " chun\u{7f}ked", "with a DEL inside"),
    ]
}
