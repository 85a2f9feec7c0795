extension AbuseClass {
    /// RFC 9112, section 3; RFC 9110, sections 2.5 and 9.
    static let requestLine = AbuseClass(
        "Request lines",
        malformedLines.map { line, why in .refused(400, why, .line(line)) }
            + versions.map { status, version in .refused(status, "version '\(version)'", .line("GET $URL \(version)")) }
            + [
                .refused(400, "a bare LF behind it", "GET $URL HTTP/1.1\nHost: $HOST\r\n\r\n"),
                .refused(400, "a bare CR behind it", "GET $URL HTTP/1.1\rHost: $HOST\r\n\r\n"),
                .refused(400, "LF before it", "\nGET $URL HTTP/1.1\r\nHost: $HOST\r\n\r\n"),
                .refused(400, "a line without a version, and nothing behind it", "GET $URL\r\n"),
                .refused(400, "CR before it", "\rGET $URL HTTP/1.1\r\nHost: $HOST\r\n\r\n"),
                .refused(400, "NUL before it", "\u{0}GET $URL HTTP/1.1\r\nHost: $HOST\r\n\r\n"),
                .refused(
                    400, "a byte order mark before it", "\u{ef}\u{bb}\u{bf}GET $URL HTTP/1.1\r\nHost: $HOST\r\n\r\n"),
                .refused(
                    400, "five empty lines before it", "\r\n\r\n\r\n\r\n\r\nGET $URL HTTP/1.1\r\nHost: $HOST\r\n\r\n"),
                .refused(501, "a method of 65 bytes", .line("\(many(65, "M")) $URL HTTP/1.1")),
                .refused(501, "a method without an end", Message(many(70_000, "M"))),
                .passed("an empty line before it", "\r\nGET $URL HTTP/1.1\r\nHost: $HOST\r\n\r\n", as: .get()),
                .passed("a higher minor version", .line("GET $URL HTTP/1.2"), as: .get()),
                .passed("the highest minor version", .line("GET $URL HTTP/1.9"), as: .get()),
                .passed("HTTP/1.0", .line("GET $URL HTTP/1.0"), as: .get().version10()).ending(.closes),
                .passed("HTTP/1.0 without Host", .bare("GET $URL HTTP/1.0"), as: .get().version10()).ending(.closes),
                .passed(
                    "HTTP/1.0 that asks to be kept alive", .line("GET $URL HTTP/1.0", "Connection: keep-alive"),
                    as: .get().version10()
                ).ending(.closes),
                .passed("an unknown method", .line("FROB $URL HTTP/1.1"), as: .line("FROB /$CASE HTTP/1.1")),
                .passed(
                    "a method in small letters is another one", .line("get $URL HTTP/1.1"),
                    as: .line("get /$CASE HTTP/1.1")
                ).permitted("any token is a method (RFC 9110, section 9.1); nginx takes capitals, _ and - only"),
                .passed(
                    "a method with marks", .line("!#$%&'*+-.^_`|~ $URL HTTP/1.1"),
                    as: .line("!#$%&'*+-.^_`|~ /$CASE HTTP/1.1")
                ).permitted("any token is a method (RFC 9110, section 9.1); nginx takes capitals, _ and - only"),
                .passed(
                    "a method of 64 bytes", .line("\(many(64, "M")) $URL HTTP/1.1"),
                    as: .line("\(many(64, "M")) /$CASE HTTP/1.1")),
                .passed("a method of one digit", .line("0 $URL HTTP/1.1"), as: .line("0 /$CASE HTTP/1.1")).permitted(
                    "any token is a method (RFC 9110, section 9.1); nginx takes capitals, _ and - only"),
                .passed("PRI in HTTP/1.1 is a method", .line("PRI $URL HTTP/1.1"), as: .line("PRI /$CASE HTTP/1.1"))
                    .permitted(
                        "only the preface of HTTP/2 as a whole means HTTP/2 (RFC 9113, section 3.4); HAProxy refuses the word"
                    ),
                .passed("HEAD", .line("HEAD $URL HTTP/1.1"), as: .line("HEAD /$CASE HTTP/1.1")),
            ])

    private static let malformedLines: [(line: String, why: String)] = [
        ("GET", "a method alone"), ("GET ", "a method and a space"), ("GET $URL", "no version"),
        ("GET $URL ", "an empty version"),
        ("GET  $URL HTTP/1.1", "two spaces before the target"), ("GET $URL  HTTP/1.1", "two spaces behind the target"),
        ("GET $URL HTTP/1.1 ", "a space at the end"), ("GET $URL HTTP/1.1\t", "a tab at the end"),
        ("GET\t$URL HTTP/1.1", "a tab before the target"), ("GET $URL\tHTTP/1.1", "a tab behind the target"),
        ("GET\u{b}$URL HTTP/1.1", "a vertical tab before the target"), (" GET $URL HTTP/1.1", "a space at the start"),
        ("GET $URL x HTTP/1.1", "four words"), ("$URL HTTP/1.1", "no method"), ("GET HTTP/1.1", "no target"),
        ("G@T $URL HTTP/1.1", "a method with @"), ("GET: $URL HTTP/1.1", "a method with a colon"),
        ("G\u{0}T $URL HTTP/1.1", "a method with NUL"), ("G\u{c9}T $URL HTTP/1.1", "a method above ASCII"),
        ("\"GET\" $URL HTTP/1.1", "a quoted method"), ("GET/ $URL HTTP/1.1", "a method with a slash"),
        ("GET $URL HTTP/1.1 GET $URL HTTP/1.1", "two on one line"), ("GET $URL HTTP/1.1\r", "CR CR LF at its end"),
        ("GET $URL HTTP/1.1, HTTP/1.1", "two versions"),
    ]

    private static let versions: [(status: Int, version: String)] = [
        (505, "HTTP/0.9"), (505, "HTTP/2.0"), (505, "HTTP/3.0"), (505, "HTTP/9.9"), (505, "HTTP/0.0"),
        (400, "http/1.1"), (400, "Http/1.1"), (400, "HTTP/1"), (400, "HTTP/2"), (400, "HTTP/1."), (400, "HTTP/.1"),
        (400, "HTTP/11"), (400, "HTTP/1.10"), (400, "HTTP/01.1"), (400, "HTTP/1.01"), (400, "HTTP/1,1"),
        (400, "HTTP/1.x"),
        (400, "HTTP/-1.1"), (400, "HTTP/+1.1"), (400, "HTTP /1.1"), (400, "HTTP/ 1.1"), (400, "HTTP/1 .1"),
        (400, "HTTP\\1.1"),
        (400, "HTTPS/1.1"), (400, "HTP/1.1"), (400, "HTTP1.1"), (400, "1.1"), (400, "HTTP/1.1\u{0}"),
        (400, "HTTP/\u{b2}.1"),
        (400, "RTSP/1.0"), (400, "SIP/2.0"), (400, "ICY/1.0"),
    ]
}
