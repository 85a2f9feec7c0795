extension AbuseClass {
    /// RFC 9110, section 8.6; RFC 9112, section 6.3.
    static let contentLength = AbuseClass(
        "Content-Length in requests",
        malformedLengths.map { value, why in
            .refused(400, "Content-Length \(why)", .post("Content-Length:\(value)", body: "hello"))
        } + [
            .refused(400, "twice, the same", .post("Content-Length: 5", "Content-Length: 5", body: "hello")),
            .refused(400, "twice, different", .post("Content-Length: 5", "Content-Length: 6", body: "hello!")),
            .refused(400, "twice, in another case", .post("Content-Length: 5", "content-length: 5", body: "hello")),
            .refused(400, "twice, the second empty", .post("Content-Length: 5", "Content-Length:", body: "hello")),
            .refused(400, "three times", .post("Content-Length: 5", "A: b", "Content-Length: 0", "Content-Length: 5")),
            .refused(400, "folded", .post("Content-Length:", " 5", body: "hello")),
            .refused(400, "folded behind its value", .post("Content-Length: 5", "\t0", body: "hello")),
            .refused(400, "with space before its colon", .post("Content-Length : 5", body: "hello")),
            .refused(400, "with a tab before its colon", .post("Content-Length\t: 5", body: "hello")),
            .refused(400, "behind a bare line feed", .post("A: b\nContent-Length: 5", body: "hello")),
            .refused(400, "behind a bare carriage return", .post("A: b\rContent-Length: 5", body: "hello")),
            .passed(
                "in odd case", .post("cOnTeNt-LeNgTh: 5", body: "hello"), as: .post("cOnTeNt-LeNgTh: 5", body: "hello")),
            .passed(
                "with white space around it", .post("Content-Length: \t 5 \t", body: "hello"),
                as: .post("Content-Length: \t 5 \t", body: "hello")
            ).permitted("tabs are white space (RFC 9110, section 5.6.3); nginx refuses them"),
            .passed(
                "with leading zeros is decimal, and goes on without them",
                .post("Content-Length: 0010", body: "helloworld"),
                as: .post("Content-Length: 10", body: "helloworld")),
            .passed("of two zeros", .post("content-length: 00"), as: .post("content-length: 0")),
            .passed("of nothing", .post("Content-Length: 0"), as: .post("Content-Length: 0")),
            .passed(
                "spelled with an underscore is another field",
                .post("Content_Length: 5", "Content-Length: 2", body: "ab"),
                as: .post("Content_Length: 5", "Content-Length: 2", body: "ab")),
            .passed("of a GET", .get("Content-Length: 3", body: "abc"), as: .get("Content-Length: 3", body: "abc")),
            .passed(
                "of a DELETE", .line("DELETE $URL HTTP/1.1", "Content-Length: 3", body: "abc"),
                as: .line("DELETE /$CASE HTTP/1.1", "Content-Length: 3", body: "abc")),
        ])

    private static let malformedLengths: [(value: String, why: String)] = [
        ("", "empty"), ("  \t", "of white space"), (" +5", "with a plus"), (" -5", "negative"), (" -0", "minus zero"),
        (" 0x5", "in hexadecimal"), (" 5x", "with a letter behind"), (" x5", "with a letter before"),
        (" 5 5", "with a space inside"), (" 5,5", "as a list of the same"), (" 5, 5", "as a list with space"),
        (" 5,6", "as a list of two"), (" 5,", "with an empty list element"), (" ,5", "with an empty first element"),
        (" 5;5", "with a semicolon"), (" 5.0", "with a fraction"), (" 5e0", "with an exponent"), (" 1_0", "grouped"),
        (" \"5\"", "quoted"), (" \u{d9}\u{a5}", "in Arabic digits"), (" \u{a0}5", "behind a no-break space"),
        (" \u{b}5", "behind a vertical tab"), (" 5\u{c}", "before a form feed"), (" 5\u{0}", "before a NUL"),
        (" 9223372036854775808", "of 2^63"), (" 18446744073709551615", "of 2^64 - 1"),
        (" 18446744073709551616", "of 2^64"), (" 18446744073709551621", "of 2^64 + 5"),
        (" 4294967301999999999999999999", "of 28 digits"), (" \(many(100, "0"))5", "of a hundred zeros and a five"),
        (" 5\r", "with a second carriage return"),
    ]
}
