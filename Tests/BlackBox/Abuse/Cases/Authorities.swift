extension AbuseClass {
    /// RFC 3986, section 3.2; RFC 9110, section 4.2: spellings of hosts and ports.
    static let authorities = AbuseClass(
        "Authorities",
        malformedAuthorities.map { authority, why in .refused(400, why, .target("http://\(authority)/$CASE")) } + [
            .passed("a name", .authority("localhost:$PORT"), as: .get().host("localhost:$PORT")),
            .passed("a name in capitals", .authority("LOCALHOST:$PORT"), as: .get().host("LOCALHOST:$PORT")),
            .passed("IPv6", .authority("[::1]:$PORT"), as: .get().host("[::1]:$PORT")),
            .passed(
                "IPv6 written out", .authority("[0:0:0:0:0:0:0:1]:$PORT"), as: .get().host("[0:0:0:0:0:0:0:1]:$PORT")),
            .passed(
                "IPv4 inside of IPv6", .authority("[::ffff:127.0.0.1]:$PORT"),
                as: .get().host("[::ffff:127.0.0.1]:$PORT")),
            .passed(
                "IPv4 inside of IPv6, in hexadecimal", .authority("[::FFFF:7f00:1]:$PORT"),
                as: .get().host("[::FFFF:7f00:1]:$PORT")),
            .passed(
                "IPv4 as one number", .authority("2130706433:$PORT"), as: .get().host("2130706433:$PORT")),
            .passed("IPv4 with two parts", .authority("127.1:$PORT"), as: .get().host("127.1:$PORT")),
            .passed(
                "IPv4 in hexadecimal", .authority("0x7f.0.0.1:$PORT"), as: .get().host("0x7f.0.0.1:$PORT")),
            .passed("IPv4 in octal", .authority("0177.0.0.1:$PORT"), as: .get().host("0177.0.0.1:$PORT")),
            .failed(502, "connection_refused", "a port where nobody listens", .target("http://127.0.0.1:1/$CASE")),
            .failed(502, "connection_refused", "a port with leading zeros", .target("http://127.0.0.1:00001/$CASE")),
        ])

    private static let malformedAuthorities: [(authority: String, why: String)] = [
        ("u@$HOST", "a user"), ("u:p@$HOST", "a user and a password"), ("@$HOST", "an empty user"),
        (":@$HOST", "an empty password"),
        ("u%40v@$HOST", "a user with an encoded @"), ("$HOST@evil.example", "the origin as a user"),
        ("evil.example\\@$HOST", "a backslash before @"), ("evil.example%40$HOST", "an encoded @"),
        ("a@b@$HOST", "two @"),
        ("127%2e0%2e0%2e1:$PORT", "encoded dots"), ("%31%32%37.0.0.1:$PORT", "encoded digits"),
        ("localhost%00:$PORT", "an encoded NUL"),
        ("localhost%20:$PORT", "an encoded space"), ("localhost%2f:$PORT", "an encoded slash"),
        ("localhost%3a$PORT", "an encoded colon"),
        ("localhost%23:$PORT", "an encoded fragment"), ("l\u{c3}\u{b6}calhost:$PORT", "a name in UTF-8"),
        ("\u{e2}\u{91}\u{a0}27.0.0.1:$PORT", "a circled digit"),
        ("127\u{e3}\u{80}\u{82}0.0.1:$PORT", "an ideographic full stop"),
        ("localhost\\:$PORT", "a backslash behind"), ("local!host:$PORT", "an exclamation mark"),
        ("local$host:$PORT", "a dollar"),
        ("local'host:$PORT", "a quote"), ("(localhost):$PORT", "brackets"), ("*:$PORT", "an asterisk"),
        ("a+b:$PORT", "a plus"),
        ("localhost,evil:$PORT", "a comma"), ("localhost;evil:$PORT", "a semicolon"), ("a=b:$PORT", "an equals sign"),
        ("a&b:$PORT", "an ampersand"), ("<b>:$PORT", "markup"), ("\"a\":$PORT", "double quotes"),
        ("a|b:$PORT", "a bar"),
        ("{a}:$PORT", "braces"), ("a^b:$PORT", "a caret"), ("`id`:$PORT", "backquotes"), (":$PORT", "no host"),
        (":", "a colon alone"),
        ("\(many(254)):$PORT", "a name of 254 bytes"), ("127.0.0.1:0", "port 0"), ("127.0.0.1:65536", "port 65536"),
        ("127.0.0.1:99999", "port 99999"), ("127.0.0.1:4294967376", "port 2^32 + 80"),
        ("127.0.0.1:-1", "a negative port"),
        ("127.0.0.1:+80", "a port with a plus"), ("127.0.0.1:8o", "a port with a letter"),
        ("127.0.0.1:0x50", "a port in hexadecimal"),
        ("127.0.0.1::80", "two colons"), ("127.0.0.1:80:80", "two ports"), ("127.0.0.1:80,81", "a list of ports"),
        ("127.0.0.1:%38%30", "an encoded port"), ("127.0.0.1:000080", "a port of six digits"),
        ("::1:$PORT", "IPv6 without brackets"), ("[::1:$PORT", "no closing bracket"),
        ("::1]:$PORT", "no opening bracket"),
        ("[::1]]:$PORT", "two closing brackets"), ("[[::1]]:$PORT", "two pairs of brackets"),
        ("[::1]x:$PORT", "a letter behind a bracket"),
        ("[::1]$PORT", "no colon behind a bracket"), ("[]:$PORT", "empty brackets"),
        ("[:]:$PORT", "a colon in brackets"),
        ("[::1%25lo]:$PORT", "a zone"), ("[::1%lo]:$PORT", "a zone, not encoded"),
        ("[fe80::1%251]:$PORT", "a zone of a number"),
        ("[127.0.0.1]:$PORT", "IPv4 in brackets"), ("[localhost]:$PORT", "a name in brackets"),
        ("[v1.a:b]:$PORT", "a future version"),
        ("[::g]:$PORT", "a letter that is no digit"), ("[1:2:3:4:5:6:7:8:9]:$PORT", "nine groups"),
        ("[1:2:3:4:5:6:7]:$PORT", "seven groups"),
        ("[::1::]:$PORT", "two gaps"), ("[:::1]:$PORT", "three colons"), ("[::12345]:$PORT", "a group of five digits"),
        ("[::ffff:127.0.0.256]:$PORT", "256 inside of IPv6"), ("[::ffff:127.0.1]:$PORT", "three parts inside of IPv6"),
        ("[\(many(60, "0"))::1]:$PORT", "a group of sixty zeros"),
    ]
}

extension Message {
    /// A GET whose target and Host agree.
    fileprivate static func authority(_ authority: String) -> Message {
        .bare("GET http://\(authority)/$CASE HTTP/1.1", "Host: \(authority)")
    }
}
