extension AbuseClass {
    /// RFC 9110, sections 7.6.3 and 10.1.1.
    static let loops = AbuseClass(
        "Loops and expectations",
        [
            .failed(502, "proxy_loop_detected", "our own name in Via", .get("Via: 1.1 $VIA")),
            .failed(502, "proxy_loop_detected", "our own name behind others", .get("Via: 1.0 a, 1.1 b (c), 1.1 $VIA")),
            .failed(502, "proxy_loop_detected", "our own name before others", .get("Via: 1.1 $VIA, 1.1 b")),
            .failed(502, "proxy_loop_detected", "our own name with a comment", .get("Via: HTTP/1.1 $VIA (Venus)")),
            .failed(502, "proxy_loop_detected", "our own name in the second line", .get("Via: 1.1 a", "via: 1.1 $VIA")),
            .passed(
                "other names", .get("Via: 1.0 fred, 1.1 p.example.net (x)"),
                as: .get("Via: 1.0 fred, 1.1 p.example.net (x)")),
            .passed("another proxy of our kind", .get("Via: 1.1 venus-0"), as: .get("Via: 1.1 venus-0")),
            .passed("an empty Via", .get("Via:"), as: .get("Via:")),
            .passed("Via of commas", .get("Via: ,,,"), as: .get("Via: ,,,")),
            .passed(
                "our own name inside of longer ones", .get("Via: 1.1 x$VIA, 1.1 $VIA.example"),
                as: .get("Via: 1.1 x$VIA, 1.1 $VIA.example")),
            .passed(
                "our own name in a comment", .get("Via: 1.1 other ($VIA)"), as: .get("Via: 1.1 other ($VIA)")),
            .passed(
                "Expect of HTTP/1.0 ends here",
                .line("POST $URL HTTP/1.0", "Expect: 100-continue", "Content-Length: 5", body: "hello"),
                as: .post("Content-Length: 5", body: "hello").version10()
            ).ending(.closes),
            .passed(
                "Expect, answered at once", .post("Expect: 100-continue", "Content-Length: 5", body: "hello"),
                as: .post("Expect: 100-continue", "Content-Length: 5", body: "hello")
            ).interims(100),
            .passed(
                "Expect, the body later", .post("Expect: 100-continue", "Content-Length: 5"),
                as: .post("Expect: 100-continue", "Content-Length: 5", body: "hello")
            ).then("hello").interims(100),
        ])
}
