extension AbuseClass {
    /// RFC 9112, section 3.2; RFC 3986, section 3: forms of the target, and its path and query.
    static let targets = AbuseClass(
        "Request targets",
        malformedTargets.map { target, why in .refused(400, why, .target(target)) } + [
            .refused(414, "a target of 16 KiB and one byte", .target("http://$HOST/$CASE?\(many(16_361))")),
            .refused(414, "a target without an end", Message("GET http://$HOST/\(many(70_000))")),
            .passed("dots stay", .target("$URL/../a/./b/..//c"), as: .line("GET /$CASE/../a/./b/..//c HTTP/1.1")),
            .passed(
                "percent-encoded dots stay", .target("$URL/%2e%2e/%2E"), as: .line("GET /$CASE/%2e%2e/%2E HTTP/1.1")),
            .passed("a percent-encoded slash stays", .target("$URL/a%2f%2F"), as: .line("GET /$CASE/a%2f%2F HTTP/1.1")),
            .passed("a percent-encoded NUL stays", .target("$URL/a%00"), as: .line("GET /$CASE/a%00 HTTP/1.1"))
                .permitted("we do not decode paths, so nothing ends there; nginx decodes them"),
            .passed(
                "percent-encoded line ends stay", .target("$URL/a%0d%0aX:%20y"),
                as: .line("GET /$CASE/a%0d%0aX:%20y HTTP/1.1")),
            .passed("a percent-encoded fragment stays", .target("$URL/a%23a"), as: .line("GET /$CASE/a%23a HTTP/1.1")),
            .passed("a broken percent-encoding stays", .target("$URL?a=%zz%"), as: .line("GET /$CASE?a=%zz% HTTP/1.1")),
            .passed(
                "an absolute target inside of a query", .target("$URL?u=http://a@b:1/"),
                as: .line("GET /$CASE?u=http://a@b:1/ HTTP/1.1")),
            .passed(
                "an @ in the path", .target("$URL/a@evil.example/"), as: .line("GET /$CASE/a@evil.example/ HTTP/1.1")),
            .passed("a colon in the path", .target("$URL/a:80/"), as: .line("GET /$CASE/a:80/ HTTP/1.1")),
            .passed("question marks in the query", .target("$URL??a?b"), as: .line("GET /$CASE??a?b HTTP/1.1")),
            .passed("parameters in the path", .target("$URL/a;a=b;c"), as: .line("GET /$CASE/a;a=b;c HTTP/1.1")),
            .passed(
                "marks that are reserved", .target("$URL/a!$&'()*+,;=:@[]"),
                as: .line("GET /$CASE/a!$&'()*+,;=:@[] HTTP/1.1")),
            .passed("markup", .target("$URL/<script>\"`{|}^\\"), as: .line("GET /$CASE/<script>\"`{|}^\\ HTTP/1.1")),
            .passed("a scheme in capitals", .target("HTTP://$HOST/$CASE"), as: .get()),
            .passed("a scheme in both", .target("hTtP://$HOST/$CASE"), as: .get()),
            .passed("an empty path is a slash", .target("http://$HOST?$CASE"), as: .line("GET /?$CASE HTTP/1.1"))
                .permitted("a path may be empty before a query (RFC 3986, section 3.3); HAProxy wants a slash")
                .recordedUnnamed(),
            .passed("a double slash", .target("http://$HOST//$CASE"), as: .line("GET //$CASE HTTP/1.1"))
                .recordedUnnamed(),
        ])

    private static let malformedTargets: [(target: String, why: String)] = [
        ("/", "origin form"), ("/$CASE", "origin form with a path"), ("*", "an asterisk"),
        ("//$HOST/$CASE", "a network path"),
        ("$CASE", "a word"), ("$HOST", "authority form"), ("http:$CASE", "no slashes"),
        ("http:/$HOST/$CASE", "one slash"),
        ("http:///$HOST/$CASE", "three slashes"), ("http:\\\\$HOST\\$CASE", "backslashes"),
        ("http//$HOST/$CASE", "no colon"),
        ("http://", "no authority"), ("http:///", "no authority, a path"), ("http://?a", "no authority, a query"),
        ("http://#a", "no authority, a fragment"), ("https://$HOST/$CASE", "https"), ("ftp://$HOST/$CASE", "ftp"),
        ("ws://$HOST/$CASE", "ws"), ("file:///etc/passwd", "file"), ("gopher://$HOST/_x", "gopher"),
        ("data:,x", "data"),
        ("urn:a:b", "urn"), ("javascript:alert(1)", "javascript"), ("unix:/run/x.sock", "unix"),
        ("httpx://$HOST/", "httpx"),
        ("\"$URL\"", "quoted"), ("<$URL>", "in angle brackets"), ("$URL#a", "a fragment"),
        ("$URL#", "an empty fragment"),
        ("http://$HOST#@evil/", "a fragment behind the authority"), ("$URL?a#b", "a fragment behind a query"),
        ("$URL/\u{e9}", "Latin-1 in the path"), ("$URL/\u{c3}\u{a9}", "UTF-8 in the path"),
        ("$URL?\u{80}", "0x80 in the query"),
        ("$URL/\u{0}", "NUL in the path"), ("$URL/\u{1b}[31m", "a terminal's escape in the path"),
        ("$URL/\u{7f}", "DEL in the path"),
        ("$URL/a b", "a space in the path"), ("$URL/a\tb", "a tab in the path"), ("$URL\u{c}", "a form feed"),
        ("$URL\u{85}", "a next-line control"), ("$URL\u{a0}", "a no-break space"),
    ]
}
