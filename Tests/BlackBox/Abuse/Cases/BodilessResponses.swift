import TestSupport

extension AbuseClass {
    /// RFC 9110, sections 6.4.1 and 8.6; RFC 9112, section 6.3: responses that have no content, whatever they say.
    static let bodilessResponses = AbuseClass(
        "Responses without content",
        [
            none(204, "204", "", ""),
            none(204, "204 with bytes behind it", "", "hello"),
            none(204, "204 with a forged response behind it", "", forged),
            none(204, "204 with a length", "Content-Length: 5\r\n", "hello").lacking("Content-Length"),
            none(204, "204 with a length that it does not keep", "Content-Length: 5\r\n", "").lacking("Content-Length"),
            none(204, "204 with chunks", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n").lacking(
                "chunked"),
            none(204, "204 that says chunks come", "Transfer-Encoding: chunked\r\n", "").lacking("chunked"),
            none(304, "304", "", ""),
            none(304, "304 with bytes behind it", "", "hello"),
            none(304, "304 with a forged response behind it", "", forged),
            none(304, "304 with the length of what it stands for", "Content-Length: 5\r\n", "").holding(
                "Content-Length: 5\r\n"),
            none(304, "304 with a length and bytes", "Content-Length: 5\r\n", "hello"),
            none(304, "304 that says chunks come", "Transfer-Encoding: chunked\r\n", ""),
            head("HEAD with a length", "Content-Length: 5\r\n", "").holding("Content-Length: 5\r\n"),
            head("HEAD with a length and content", "Content-Length: 5\r\n", "hello"),
            head("HEAD with a forged response behind it", "Content-Length: 5\r\n", forged),
            head("HEAD with chunks", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
            head("HEAD that says chunks come", "Transfer-Encoding: chunked\r\n", ""),
            head("HEAD without a length", "", ""),
            head("HEAD with a length of 10^17", "Content-Length: 100000000000000000\r\n", ""),
            .rejected(
                "http_protocol_error", "HEAD with both framings",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", .closes
            )
            .to(.line("HEAD $URL HTTP/1.1")).seen(.line("HEAD /$CASE HTTP/1.1")),
            .rejected(
                "http_protocol_error", "HEAD with two lengths",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", .closes
            )
            .to(.line("HEAD $URL HTTP/1.1")).seen(.line("HEAD /$CASE HTTP/1.1")),
            .relayed(205, "205 with content", "HTTP/1.1 205 X\r\nContent-Length: 5\r\n\r\nhello", body: "hello"),
        ])

    private static let forged = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"

    private static func none(_ status: Int, _ name: String, _ fields: String, _ body: String) -> AbuseCase {
        .relayed(status, name, "HTTP/1.1 \(status) X\r\n\(fields)\r\n\(body)", body: "")
    }

    private static func head(_ name: String, _ fields: String, _ body: String) -> AbuseCase {
        .relayed(200, name, "HTTP/1.1 200 X\r\n\(fields)\r\n\(body)", body: "")
            .to(.line("HEAD $URL HTTP/1.1")).seen(.line("HEAD /$CASE HTTP/1.1"))
    }
}
