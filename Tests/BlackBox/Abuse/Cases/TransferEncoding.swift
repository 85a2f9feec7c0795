extension AbuseClass {
    /// RFC 9112, sections 6.1, 6.3 and 7: `chunked`, once and last, is all that is understood.
    static let transferEncoding = AbuseClass(
        "Transfer-Encoding in requests",
        codings.map { status, value, why in
            .refused(status, "Transfer-Encoding \(why)", .post("Transfer-Encoding:\(value)", body: chunk))
        } + [
            .refused(
                400, "Content-Length, then Transfer-Encoding",
                .post("Content-Length: 5", "Transfer-Encoding: chunked", body: chunk)),
            .refused(
                400, "Transfer-Encoding, then Content-Length",
                .post("Transfer-Encoding: chunked", "Content-Length: 5", body: chunk)),
            .refused(
                400, "Transfer-Encoding and a Content-Length of nothing",
                .post("Content-Length: 0", "Transfer-Encoding: chunked", body: chunk)),
            .refused(
                400, "Transfer-Encoding between two Content-Lengths",
                .post("Content-Length: 5", "Transfer-Encoding: chunked", "Content-Length: 5", body: chunk)),
            .refused(
                400, "both, far apart",
                .post("Content-Length: 5", many(100, "A: b\r\n") + "Transfer-Encoding: chunked", body: chunk)),
            .refused(
                400, "both, the coding in capitals",
                .post("CONTENT-LENGTH: 5", "TRANSFER-ENCODING: CHUNKED", body: chunk)),
            .refused(
                501, "both, the coding unknown",
                .post("Content-Length: 5", "Transfer-Encoding: xchunked", body: "hello")),
            .refused(
                400, "both, the coding nominated as a connection option",
                .post("Content-Length: 5", "Transfer-Encoding: chunked", "Connection: Transfer-Encoding", body: chunk)),
            .refused(
                400, "chunked twice, in two lines",
                .post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body: chunk)),
            .refused(
                400, "chunked, then identity",
                .post("Transfer-Encoding: chunked", "Transfer-Encoding: identity", body: chunk)),
            .refused(
                501, "identity, then chunked",
                .post("Transfer-Encoding: identity", "Transfer-Encoding: chunked", body: chunk)),
            .refused(400, "with space before its colon", .post("Transfer-Encoding : chunked", body: chunk)),
            .refused(400, "with a NUL in its name", .post("Transfer-Encoding\u{0}: chunked", body: chunk)),
            .refused(400, "with a control before its name", .post("\u{1f}Transfer-Encoding: chunked", body: chunk)),
            .refused(400, "folded", .post("Transfer-Encoding:", " chunked", body: chunk)),
            .refused(400, "folded into another field", .post("X: y", " Transfer-Encoding: chunked", body: chunk)),
            .refused(400, "behind a bare line feed", .post("X: y\nTransfer-Encoding: chunked", body: chunk)),
            .refused(400, "behind a bare carriage return", .post("X: y\rTransfer-Encoding: chunked", body: chunk)),
            .refused(400, "without a colon", .post("Transfer-Encoding chunked", body: chunk)),
            .refused(
                400, "in HTTP/1.0", .line("POST $URL HTTP/1.0", "Transfer-Encoding: chunked", body: chunk)),
            .refused(
                400, "in HTTP/1.0, to be kept alive",
                .line("POST $URL HTTP/1.0", "Connection: keep-alive", "Transfer-Encoding: chunked", body: chunk)),
            .passed("in odd case", .post("tRANSFER-eNCODING: cHUNKED", body: chunk), as: .chunked("hello")),
            .passed("with a tab around it", .post("Transfer-Encoding:\tchunked\t", body: chunk), as: .chunked("hello"))
                .permitted("tabs are white space (RFC 9110, section 5.6.3); nginx refuses them"),
            .passed("without space", .post("Transfer-Encoding:chunked", body: chunk), as: .chunked("hello")),
            .passed(
                "of a GET", .get("Transfer-Encoding: chunked", body: chunk),
                as: .get("Transfer-Encoding: chunked", body: "hello")),
            .passed(
                "named by Connection stays what it is",
                .post("Connection: Transfer-Encoding", "Transfer-Encoding: chunked", body: chunk), as: .chunked("hello")
            ),
            .passed(
                "spelled with an underscore is another field",
                .post("Transfer_Encoding: chunked", "Content-Length: 5", body: "hello"),
                as: .post("Transfer_Encoding: chunked", "Content-Length: 5", body: "hello")),
        ])

    private static let chunk = "5\r\nhello\r\n0\r\n\r\n"

    private static let codings: [(status: Int, value: String, why: String)] = [
        (400, "", "empty"), (400, " ,", "of nothing but a comma"), (400, " chunked, chunked", "chunked twice"),
        (400, " chunked,", "with an empty element behind"), (400, " , chunked", "with an empty element before"),
        (400, " chunked, gzip", "chunked, not last"), (400, " gzip", "gzip alone"), (400, " deflate", "deflate alone"),
        (501, " gzip, chunked", "gzip and chunked"), (501, " identity", "identity"), (501, " xchunked", "xchunked"),
        (501, " chunkedx", "chunkedx"), (501, " chunk", "chunk"), (501, " chunke", "chunke"), (501, " br", "br"),
        (501, " \"chunked\"", "quoted"), (501, " 'chunked'", "in single quotes"),
        (501, " chunked;q=1", "with a parameter"),
        (501, " chunked identity", "with a space inside"), (501, " chunkeD, x", "before an unknown one"),
        (400, " \u{b}chunked", "behind a vertical tab"), (400, " chunked\u{c}", "before a form feed"),
        (400, " chunked\u{0}", "before a NUL"), (501, " \u{a0}chunked", "behind a no-break space"),
        (501, " chun\u{e2}\u{84}\u{aa}ed", "with a Kelvin sign"), (400, " chun\u{7f}ked", "with a DEL inside"),
    ]
}
