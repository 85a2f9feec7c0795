extension AbuseClass {
    /// RFC 9110, section 9.3.6; RFC 9112, section 3.2.3.
    static let connect = AbuseClass(
        "CONNECT",
        malformedAuthorities.map { authority, why in
            .refused(400, "to \(why)", .bare("CONNECT \(authority) HTTP/1.1", "Host: $HOST"))
        } + [
            .refused(400, "without Host", .bare("CONNECT $HOST HTTP/1.1")),
            .refused(400, "with two Hosts", .connect("$HOST", "Host: $HOST")),
            .refused(400, "with a malformed Host", .bare("CONNECT $HOST HTTP/1.1", "Host: a b")),
            .refused(
                400, "with Content-Length and Transfer-Encoding",
                .connect("$HOST", "Content-Length: 5", "Transfer-Encoding: chunked")),
            .refused(400, "with a length", .connect("$HOST", "Content-Length: 5", body: "hello")),
            .refused(400, "with chunks", .connect("$HOST", "Transfer-Encoding: chunked", body: "0\r\n\r\n")),
            .refused(400, "in small letters is no CONNECT", .line("connect $HOST HTTP/1.1")),
            .refused(505, "in HTTP/2", .line("CONNECT $HOST HTTP/2.0")),
            AbuseCase(
                name: "to a port where nobody listens", request: .connect("127.0.0.1:1"), statuses: [502],
                ending: .stays, holds: ["error=connection_refused"], recorded: ["transport_error connection_refused"]),
            AbuseCase(
                name: "to such a port, with bytes behind it",
                request: .connect("127.0.0.1:1", body: "\u{16}\u{3}\u{1}"), statuses: [502], ending: .closes,
                holds: ["error=connection_refused"], recorded: ["transport_error connection_refused"]),
            AbuseCase(
                name: "to such a port, with a request behind it",
                request: .connect("127.0.0.1:1", body: "GET http://$HOST/hidden HTTP/1.1\r\nHost: $HOST\r\n\r\n"),
                statuses: [502], ending: .closes, recorded: ["transport_error connection_refused"]),
            AbuseCase(
                name: "to the origin", request: .connect("$HOST"), statuses: [200], ending: .tunnels,
                lacks: ["Content-Length", "Transfer-Encoding"], recorded: ["success"]),
            AbuseCase(
                name: "whose Host disagrees", request: .bare("CONNECT $HOST HTTP/1.1", "Host: evil.example"),
                statuses: [200], ending: .tunnels, recorded: ["success"]),
            AbuseCase(
                name: "in HTTP/1.0", request: .bare("CONNECT $HOST HTTP/1.0"), statuses: [200], ending: .tunnels,
                recorded: ["success"]),
            AbuseCase(
                name: "with a length of nothing", request: .connect("$HOST", "Content-Length: 0"),
                statuses: [200], ending: .tunnels, recorded: ["success"]),
            AbuseCase(
                name: "with credentials for the proxy",
                request: .connect("$HOST", "Proxy-Authorization: Basic c2VjcmV0"), statuses: [200], ending: .tunnels,
                recorded: ["success"]),
            AbuseCase(
                name: "that asks to be closed", request: .connect("$HOST", "Connection: close"), statuses: [200],
                ending: .tunnels, recorded: ["success"]),
            AbuseCase(
                name: "to IPv6", request: .connect("[::1]:$PORT"), statuses: [200], ending: .tunnels,
                recorded: ["success"]),
        ])

    private static let malformedAuthorities: [(authority: String, why: String)] = [
        ("127.0.0.1", "no port"), ("127.0.0.1:", "an empty port"), ("127.0.0.1:0", "port 0"),
        ("127.0.0.1:65536", "port 65536"),
        ("127.0.0.1:-1", "a negative port"), ("127.0.0.1:+$PORT", "a port with a plus"),
        ("127.0.0.1:443x", "a port with a letter"),
        ("127.0.0.1:https", "a port by name"), (":$PORT", "no host"), ("$HOST/", "a path"), ("$HOST?a", "a query"),
        ("$HOST#a", "a fragment"),
        ("http://$HOST", "a scheme"), ("http://$HOST/", "an absolute target"),
        ("https://$HOST/", "an absolute target of https"),
        ("//$HOST", "slashes"), ("/", "origin form"), ("*", "an asterisk"), ("u@$HOST", "a user"),
        ("u:p@$HOST", "a user and a password"),
        ("::1:$PORT", "IPv6 without brackets"), ("[::1]", "IPv6 without a port"), ("[::1]:", "IPv6 with an empty port"),
        ("[::1%25lo]:$PORT", "a zone"),
        ("127.0.0.1:$PORT:$PORT", "two ports"), ("127.0.0.1%3a$PORT", "an encoded colon"),
        ("127.0.0.1%00:$PORT", "an encoded NUL"),
        ("127.0.0.1,127.0.0.2:$PORT", "a list"), ("<script>:$PORT", "markup"),
        ("\u{1b}[31m:$PORT", "a terminal's escape"),
        ("l\u{c3}\u{b6}calhost:$PORT", "a name in UTF-8"), ("\(many(254)):$PORT", "a name of 254 bytes"),
    ]
}
