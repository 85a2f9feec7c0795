extension AbuseClass {
    /// RFC 9110, section 5; RFC 9112, section 5.
    static let fields = AbuseClass(
        "Field lines of requests",
        noTokens.map { text, why in .refused(400, "\(why) in a name", .get("X\(text)Y: z")) }
            + controls.map { text, why in .refused(400, "\(why) in a value", .get("X: a\(text)b")) } + [
                .refused(400, "no name", .get(": x")),
                .refused(400, "no colon", .get("nothing")),
                .refused(400, "a line of white space", .get(" ")),
                .refused(400, "a tab alone", .get("\t")),
                .refused(400, "white space before the first field", "GET $URL HTTP/1.1\r\n Host: $HOST\r\n\r\n"),
                .refused(400, "a folded value", .get("X: a", " b")),
                .refused(400, "a value folded by a tab", .get("X: a", "\tb")),
                .refused(400, "space before a colon", .get("X : a")),
                .refused(400, "a tab before a colon", .get("X\t: a")),
                .refused(400, "lines that end in LF", "GET $URL HTTP/1.1\nHost: $HOST\n\n"),
                .refused(400, "one line that ends in LF", .get("A: b\nC: d")),
                .refused(400, "an empty line of LF", "GET $URL HTTP/1.1\r\nHost: $HOST\r\n\n"),
                .refused(400, "CR CR LF", .get("A: b\r")),
                .refused(400, "LF CR", "GET $URL HTTP/1.1\r\nHost: $HOST\n\r\n\r"),
                .refused(400, "a request hidden behind a bare CR", .get("X: a\r\rGET http://$HOST/hidden HTTP/1.1\r")),
                .passed("no value", .get("X:"), as: .get("X:")),
                .passed("a tab in a value", .get("X: a\tb"), as: .get("X: a\tb")),
                .passed("bytes above ASCII in a value", .get("X: \u{80}\u{ff}é"), as: .get("X: \u{80}\u{ff}é")),
                .passed("every mark of a token in a name", .get("!#$%&'*+-.^_`|~: x"), as: .get("!#$%&'*+-.^_`|~: x")),
                .passed("colons in a value", .get("X: a:b::"), as: .get("X: a:b::")),
                .passed("a name of one digit", .get("0: x"), as: .get("0: x")),
                .passed(
                    "equal names keep their order", .get("X: 1", "x: 2", "X: 1"), as: .get("X: 1", "x: 2", "X: 1")),
                .passed("markup", .get("X: <script>alert(1)</script>"), as: .get("X: <script>alert(1)</script>")),
                .passed("percent-encoded line ends", .get("X: %0d%0aY: z"), as: .get("X: %0d%0aY: z")),
                .passed("escaped line ends", .get("X: \\r\\nY: z"), as: .get("X: \\r\\nY: z")),
                .passed(
                    "UTF-8 whose low bytes are CR and LF", .get("X: \u{e5}\u{98}\u{8d}\u{e5}\u{98}\u{8a}"),
                    as: .get("X: \u{e5}\u{98}\u{8d}\u{e5}\u{98}\u{8a}")),
            ])

    private static let noTokens: [(text: String, why: String)] =
        "\"(),/;<=>?@[\\]{}".map { (String($0), "\($0)") } + [
            (" ", "space"), ("\t", "a tab"), ("\u{0}", "NUL"), ("\u{1}", "a control"), ("\u{7f}", "DEL"),
            ("\u{80}", "a byte above ASCII"), ("\u{ff}", "0xFF"), ("\r", "CR"), ("\n", "LF"),
            ("\u{b}", "a vertical tab"),
        ]

    private static let controls: [(text: String, why: String)] = [
        ("\u{0}", "NUL"), ("\u{1}", "SOH"), ("\u{8}", "a backspace"), ("\u{b}", "a vertical tab"),
        ("\u{c}", "a form feed"),
        ("\r", "a bare CR"), ("\n", "a bare LF"), ("\u{1b}[31m", "a terminal's escape"), ("\u{1f}", "US"),
        ("\u{7f}", "DEL"),
    ]
}
