extension AbuseClass {
    /// RFC 9112, section 3.2: the target wins, and a `Host` that nobody can read is refused.
    static let hostField = AbuseClass(
        "Host",
        malformedHosts.map { value, why in .refused(400, "Host \(why)", .bare("GET $URL HTTP/1.1", "Host:\(value)")) }
            + [
                .refused(400, "none", .bare("GET $URL HTTP/1.1")),
                .refused(400, "none in HTTP/1.2", .bare("GET $URL HTTP/1.2")),
                .refused(400, "twice, the same", .get("Host: $HOST")),
                .refused(400, "twice, different", .get("Host: evil.example")),
                .refused(400, "twice, in other cases", .bare("GET $URL HTTP/1.1", "HOST: $HOST", "host: $HOST")),
                .refused(400, "twice in HTTP/1.0", .line("GET $URL HTTP/1.0", "Host: $HOST")),
                .refused(400, "malformed in HTTP/1.0", .bare("GET $URL HTTP/1.0", "Host: a b")),
                .refused(400, "with space before its colon", .bare("GET $URL HTTP/1.1", "Host : $HOST")),
                .refused(400, "with a NUL in its name", .bare("GET $URL HTTP/1.1", "Host\u{0}: $HOST")),
                .refused(400, "folded", .bare("GET $URL HTTP/1.1", "Host:", " $HOST")),
                .refused(400, "named by Connection", .get("Connection: Host")),
                .refused(400, "named by Connection among others", .get("Connection: close, hOsT")),
                .passed("that disagrees is written anew", .bare("GET $URL HTTP/1.1", "Host: evil.example"), as: .get())
                    .permitted(
                        "Host gives way to the target and goes on as that says (RFC 9112, section 3.2.2); HAProxy compares them"
                    ),
                .passed(
                    "with another port is written anew", .bare("GET $URL HTTP/1.1", "Host: 127.0.0.1:1"), as: .get()
                ).permitted(
                    "Host gives way to the target and goes on as that says (RFC 9112, section 3.2.2); HAProxy compares them"
                ),
                .passed("without a port is written anew", .bare("GET $URL HTTP/1.1", "Host: 127.0.0.1"), as: .get())
                    .permitted(
                        "Host gives way to the target and goes on as that says (RFC 9112, section 3.2.2); HAProxy compares them"
                    ),
                .passed(
                    "with an empty port is written anew", .bare("GET $URL HTTP/1.1", "Host: 127.0.0.1:"), as: .get()
                ).permitted(
                    "Host gives way to the target and goes on as that says (RFC 9112, section 3.2.2); HAProxy compares them"
                ),
                .passed("of IPv6 is written anew", .bare("GET $URL HTTP/1.1", "Host: [::1]:80"), as: .get()).permitted(
                    "Host gives way to the target and goes on as that says (RFC 9112, section 3.2.2); HAProxy compares them"
                ),
                .passed(
                    "in another place is written anew", .bare("GET $URL HTTP/1.1", "A: b", "hOST:\tx\t"),
                    as: .get("A: b")
                ).permitted("as above; and tabs are white space, which nginx refuses"),
                .passed(
                    "X-Forwarded-Host is another field", .get("X-Forwarded-Host: evil.example"),
                    as: .get("X-Forwarded-Host: evil.example")),
            ])

    private static let malformedHosts: [(value: String, why: String)] = [
        ("", "empty"), (" \t", "of white space"), (" a b", "with a space"), (" a/b", "with a path"),
        (" a?b", "with a query"),
        (" a#b", "with a fragment"), (" u@a", "with a user"), (" http://a", "with a scheme"), (" a,b", "as a list"),
        (" a;b", "with a semicolon"), (" a:0", "with port 0"), (" a:65536", "with port 65536"),
        (" a:b", "with a port of letters"),
        (" a:80:80", "with two ports"), (" :80", "of a port"), (" [::1", "with an open bracket"),
        (" [::1%25lo]", "with a zone"),
        (" [a]", "with a name in brackets"), (" a\u{0}", "with NUL"), (" a\u{1b}[0m", "with a terminal's escape"),
        (" a%00b", "with an encoded NUL"), (" \u{c3}\u{a9}", "in UTF-8"), (" <b>", "of markup"), (" \"a\"", "quoted"),
        (" a\\b", "with a backslash"), (" $(id)", "of a shell's command"), (" \(many(254))", "of 254 bytes"),
        (" a\r", "with a second CR"),
    ]
}
