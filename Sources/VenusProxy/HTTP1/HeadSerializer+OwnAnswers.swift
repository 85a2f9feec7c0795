/// Answers to requests whose way ends here because `Max-Forwards` is 0.
extension HeadSerializer {
    /// To TRACE: the head that came, in the body (RFC 9110, section 9.3.8), without what may be a secret.
    package static func trace(
        _ head: RequestHead, _ bytes: Span<UInt8>, fields: borrowing FieldTable, close: Bool, date: HTTPDate,
        into sink: inout ByteSink
    ) {
        let lineEnd = fields.count > 0 ? fields[0].line.start : head.length - 2
        var length = lineEnd - head.methodName.start + 2
        for index in 0..<fields.count where !isSecret(bytes, fields[index]) { length += fields[index].line.count }
        sink.append("HTTP/1.1 200 OK\r\nContent-Type: message/http\r\nContent-Length: ")
        sink.append(decimal: length)
        sink.append("\r\nCache-Control: no-store\r\n")
        appendEnd(close: close, date: date, into: &sink)
        sink.append(bytes, from: head.methodName.start, to: lineEnd)
        for index in 0..<fields.count where !isSecret(bytes, fields[index]) { sink.append(bytes, fields[index].line) }
        sink.append("\r\n")
    }

    /// To OPTIONS: what this proxy forwards.
    package static func options(close: Bool, date: HTTPDate, into sink: inout ByteSink) {
        sink.append("HTTP/1.1 200 OK\r\nAllow: CONNECT, DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, TRACE\r\n")
        sink.append("Content-Length: 0\r\n")
        appendEnd(close: close, date: date, into: &sink)
    }

    private static func appendEnd(close: Bool, date: HTTPDate, into sink: inout ByteSink) {
        appendDate(date, into: &sink)
        if close { sink.append("Connection: close\r\n") }
        sink.append("\r\n")
    }

    private static func isSecret(_ bytes: Span<UInt8>, _ field: Field) -> Bool {
        let name = ByteRange(field.line.start, field.line.start + Int(field.nameLength))
        return field.name == .proxyAuthorization || ByteScan.equals(bytes, name, "authorization")
            || ByteScan.equals(bytes, name, "cookie")
    }
}
