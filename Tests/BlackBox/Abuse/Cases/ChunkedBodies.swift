extension AbuseClass {
    /// RFC 9112, section 7.1.
    static let chunkedBodies = AbuseClass(
        "Chunked request bodies",
        malformedChunks.map { body, why in .refused(400, "chunked: \(why)", .chunked(body)) } + [
            .passed("an empty body", .chunked("0\r\n\r\n"), as: .chunked("")),
            .passed(
                "sizes in both cases", .chunked("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"),
                as: .chunked("01234567890123456789")),
            .passed("leading zeros", .chunked("0005\r\nhello\r\n000\r\n\r\n"), as: .chunked("hello")),
            .passed("an extension", .chunked("5;a=b\r\nhello\r\n0;c\r\n\r\n"), as: .chunked("hello")),
            .passed(
                "a quoted extension", .chunked("5;a=\"b;c\\\"d\"\r\nhello\r\n0\r\n\r\n"), as: .chunked("hello")),
            .passed(
                "what looks like framing inside of content", .chunked("7\r\n0\r\n\r\nGE\r\n0\r\n\r\n"),
                as: .chunked("0\r\n\r\nGE")),
            .passed(
                "a trailer becomes no field", .chunked("5\r\nhello\r\n0\r\nX-Trailer: y\r\n\r\n"),
                as: .chunked("hello", trailers: ["X-Trailer: y"])),
            .passed(
                "a body of one-byte chunks", .chunked(many(100, "1\r\na\r\n") + "0\r\n\r\n"), as: .chunked(many(100))),
            .refused(400, "a bad size in a later segment", .chunked("3\r\nabc\r\n")).then("zz\r\n")
                .seen(.chunked("abc").incomplete()).recorded("cancelled"),
            .refused(400, "a bad end of content in a later segment", .chunked("3\r\nab")).then("cXX0\r\n\r\n")
                .seen(.chunked("").incomplete()).recorded("cancelled"),
            .refused(400, "a bad trailer in a later segment", .chunked("3\r\nabc\r\n0\r\n")).then("Bad Name: x\r\n\r\n")
                .seen(.chunked("abc").incomplete()).recorded("cancelled"),
            .refused(400, "an endless extension in a later segment", .chunked("3;"))
                .then(Message(many(17_000))).seen(.chunked("").incomplete()).recorded("cancelled"),
        ])

    private static let malformedChunks: [(body: String, why: String)] = [
        ("\r\nhello\r\n0\r\n\r\n", "no size"), ("g\r\nhello\r\n0\r\n\r\n", "a size that is no number"),
        ("-1\r\nhello\r\n0\r\n\r\n", "a negative size"), ("+5\r\nhello\r\n0\r\n\r\n", "a size with a plus"),
        ("0x5\r\nhello\r\n0\r\n\r\n", "a size with 0x"), ("5h\r\nhello\r\n0\r\n\r\n", "a size with h"),
        (" 5\r\nhello\r\n0\r\n\r\n", "space before the size"), ("5 \r\nhello\r\n0\r\n\r\n", "space behind the size"),
        ("5\t;a\r\nhello\r\n0\r\n\r\n", "a tab before the extension"), ("5_0\r\nhello\r\n0\r\n\r\n", "a grouped size"),
        ("5.0\r\nhello\r\n0\r\n\r\n", "a fraction"), ("5,5\r\nhello\r\n0\r\n\r\n", "a list of sizes"),
        ("ffffffffffffffff\r\nhello\r\n0\r\n\r\n", "a size of 2^64 - 1"),
        ("10000000000000000\r\nhello\r\n0\r\n\r\n", "a size of 2^64"),
        ("10000000000000005\r\nhello\r\n0\r\n\r\n", "a size of 2^64 + 5"),
        ("8000000000000000\r\nhello\r\n0\r\n\r\n", "a size of 2^63"),
        ("\(many(40, "0"))5\r\nhello\r\n0\r\n\r\n", "a size of 41 digits"),
        ("5\nhello\r\n0\r\n\r\n", "a size line that ends in LF"),
        ("5\r\u{0}hello\r\n0\r\n\r\n", "CR NUL behind the size"),
        ("5\r\r\nhello\r\n0\r\n\r\n", "CR CR LF behind the size"),
        ("5\rhello\r\n0\r\n\r\n", "a bare CR behind the size"),
        ("5\u{0}\r\nhello\r\n0\r\n\r\n", "a NUL behind the size"),
        ("4\r\nhello\r\n0\r\n\r\n", "more content than the size says"),
        ("6\r\nhello\r\n0\r\n\r\n", "less content than the size says"),
        ("5\r\nhello0\r\n\r\n", "no line end behind content"), ("5\r\nhello\n0\r\n\r\n", "LF behind content"),
        ("5\r\nhello\r0\r\n\r\n", "CR behind content"), ("5\r\nhello\r\r\n0\r\n\r\n", "CR CR LF behind content"),
        ("5\r\nhello\n\r0\r\n\r\n", "LF CR behind content"),
        ("5\r\nhello\r\n\r\n0\r\n\r\n", "an empty line behind content"),
        ("5;a\nb\r\nhello\r\n0\r\n\r\n", "LF inside an extension"),
        ("5;a\rb\r\nhello\r\n0\r\n\r\n", "CR inside an extension"),
        ("5;a\u{0}b\r\nhello\r\n0\r\n\r\n", "a NUL inside an extension"),
        ("5;a=\"\n\"\r\nhello\r\n0\r\n\r\n", "LF inside a quoted extension"),
        ("5;\(many(17_000))\r\nhello\r\n0\r\n\r\n", "an extension of 17,000 bytes"),
        (many(9, "1;\(many(2_000))\r\na\r\n") + "0\r\n\r\n", "18,000 bytes of extensions in all"),
        ("-0\r\n\r\n", "a last chunk of minus zero"), ("0\n\n", "a last chunk that ends in LF"),
        ("0\r\n\n", "an empty last line of LF"), ("0\r\n\r\u{0}", "CR NUL at the end"),
        ("0\r\nno colon\r\n\r\n", "a trailer without a colon"),
        ("0\r\nX : y\r\n\r\n", "a trailer with space before its colon"),
        ("0\r\n: y\r\n\r\n", "a trailer without a name"), ("0\r\nX: y\r\n folded\r\n\r\n", "a folded trailer"),
        ("0\r\nX: y\nZ: z\r\n\r\n", "LF inside a trailer"), ("0\r\nX: \u{0}\r\n\r\n", "a NUL inside a trailer"),
        ("0\r\nX\u{80}: y\r\n\r\n", "a trailer's name that is no token"),
        ("0\r\nContent-Length: 5\r\n\r\n", "a trailer that frames"),
        ("0\r\nX: y\r\ntransfer-ENCODING: x\r\n\r\n", "another trailer that frames"),
        ("0\r\nHost: evil.example\r\n\r\n", "a trailer that routes"),
        ("0\r\nConnection: close\r\n\r\n", "a trailer of this hop"),
        ("0\r\n\(many(17_000, "a")): b\r\n\r\n", "a trailer of 17,000 bytes"),
        ("0\r\n\(many(3_000, "A: b\r\n"))\r\n", "trailers of 18,000 bytes"),
    ]
}
