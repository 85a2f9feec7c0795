extension AbuseClass {
    /// What comes to the port of a proxy and is no HTTP/1.1.
    static let otherProtocols = AbuseClass(
        "Other protocols",
        greetings.map { bytes, name in .refused(400, name, Message(bytes)) } + [
            .refused(505, "HTTP/2, its preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            .refused(
                505, "HTTP/2, its preface and SETTINGS",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u{0}\u{0}\u{0}\u{4}\u{0}\u{0}\u{0}\u{0}\u{0}"),
        ])

    private static let greetings: [(bytes: String, name: String)] = [
        ("\u{16}\u{3}\u{1}\u{0}\u{5}\u{1}\u{0}\u{0}\u{1}\u{0}", "TLS, a ClientHello"),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}\(many(512, "\u{8f}"))", "TLS, a whole record"),
        ("\u{80}\u{2e}\u{1}\u{3}\u{1}\u{0}\u{15}", "SSL 2, a ClientHello"),
        ("\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{28}", "TLS, an alert"),
        ("\u{4}\u{1}\u{0}\u{50}\u{7f}\u{0}\u{0}\u{1}\u{0}", "SOCKS 4"), ("\u{5}\u{1}\u{0}", "SOCKS 5"),
        ("\u{5}\u{2}\u{0}\u{2}", "SOCKS 5 with two methods"),
        ("PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n", "PROXY protocol 1"),
        ("\r\n\r\n\u{0}\r\nQUIT\n\u{21}\u{11}\u{0}\u{c}", "PROXY protocol 2"), ("SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
        ("EHLO example\r\n", "SMTP"), ("USER anonymous\r\n", "FTP"), ("*1\r\n$4\r\nPING\r\n", "Redis"),
        ("PING\r\n", "Redis, inline"),
        ("stats\r\n", "memcached"), ("\u{80}\u{0}\u{0}\u{0}", "memcached, binary"),
        ("\u{10}\u{c}\u{0}\u{4}MQTT", "MQTT"),
        ("\u{0}\u{0}\u{0}\u{8}\u{4}\u{d2}\u{16}\u{2f}", "PostgreSQL"), ("AMQP\u{0}\u{0}\u{9}\u{1}", "AMQP"),
        ("\u{81}\u{85}\u{37}\u{fa}\u{21}\u{3d}", "a WebSocket frame"), ("\u{3}\u{0}\u{0}\u{13}\u{e}\u{e0}", "RDP"),
        ("\u{ff}SMBr", "SMB"), ("OPTIONS rtsp://$HOST/ RTSP/1.0\r\n\r\n", "RTSP"),
        ("INVITE sip:a@b SIP/2.0\r\n\r\n", "SIP"),
        ("GET /\r\n", "HTTP/0.9"), ("GET $URL\r\n", "HTTP/0.9, absolute"), ("HTTP/1.1 200 OK\r\n\r\n", "a response"),
        ("<?xml version=\"1.0\"?>\r\n", "XML"), ("{\"a\":1}\r\n", "JSON"), ("\u{0}", "one NUL"),
        (many(1_000, "\u{0}"), "a thousand NULs"),
        (many(1_000, "\u{ff}"), "a thousand 0xFF"), (" \r\n\r\n", "a space"),
        ("\u{1b}]0;title\u{7}\r\n\r\n", "a terminal's escape"),
        ("() { :;}; echo vulnerable\r\n\r\n", "a shell function"), ("%n%n%s%s\r\n\r\n", "a format string"),
    ]
}
