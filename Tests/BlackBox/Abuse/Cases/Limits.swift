extension AbuseClass {
    /// RFC 6585, section 5, and the bounds that are documented: 64 KiB a head, 16 KiB a target, 256 fields.
    static let limits = AbuseClass(
        "Oversize heads",
        [
            .refused(431, "257 fields", .get(many(255, "A: b\r\n") + "A: b")),
            .refused(431, "a thousand fields", .get(many(999, "A: b\r\n") + "A: b")),
            .refused(431, "a value of 70,000 bytes", .get("X: \(many(70_000))")),
            .refused(431, "a name of 70,000 bytes", .get("\(many(70_000)): x")),
            .refused(431, "a value without an end", Message("GET $URL HTTP/1.1\r\nX: \(many(70_000))")),
            .refused(431, "a name without an end", Message("GET $URL HTTP/1.1\r\n\(many(70_000))")),
            .refused(431, "100 fields of 1,000 bytes", .get(many(100, "X: \(many(1_000))\r\n") + "A: b")),
            .passed(
                "255 fields and Host", .get(many(254, "A: b\r\n") + "A: b"), as: .line("GET /$CASE HTTP/1.1", many: 255)
            ),
            .passed("a value of 60,000 bytes", .get("X: \(many(60_000))"), as: .get("X: \(many(60_000))")),
            .passed("a name of 60,000 bytes", .get("\(many(60_000)): x"), as: .get("\(many(60_000)): x")).permitted(
                "a name is bounded with its head; HAProxy refuses names this long"),
            .passed(
                "a target of 16,000 bytes", .target("$URL?\(many(16_000))"),
                as: .line("GET /$CASE?\(many(16_000)) HTTP/1.1")),
            .passed("a host of 253 bytes that has no address", .target("http://\(many(253, "a"))/$CASE"), as: .get())
                .changed {
                    $0.seen = []; $0.statuses = [502]; $0.recorded = ["transport_error dns_error"]
                },
        ])
}

extension AbuseCase.Seen {
    fileprivate static func line(_ line: String, many count: Int) -> Self {
        var seen = Self.line(line)
        seen.fields = Array(repeating: "A: b", count: count)
        return seen
    }
}
