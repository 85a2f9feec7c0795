/// Writes the heads that the proxy sends on. Fields keep their order and their bytes; those of this hop are left out,
/// `Host`, `Transfer-Encoding`, `Via` and, if missing, `Date` are written anew.
package enum HeadSerializer {
    /// Most bytes by which a head grows: `Via`, `Date`, `Connection`, `Transfer-Encoding`, `Host`, a default path, and
    /// `Proxy-Authorization` with a name and a password of 255 bytes each.
    package static let maximumGrowth = 2 << 10

    /// The request head for the next hop, always in HTTP/1.1.
    package static func request(
        _ head: RequestHead, _ bytes: Span<UInt8>, fields: borrowing FieldTable, pseudonym: UnsafeBufferPointer<UInt8>,
        into sink: inout ByteSink
    ) {
        sink.append(bytes, head.methodName)
        sink.append(UInt8(ascii: " "))
        if head.path.isEmpty {
            let isServerWide = head.method == .options && head.pathAndQuery.isEmpty
            sink.append(isServerWide ? UInt8(ascii: "*") : UInt8(ascii: "/"))
        }
        sink.append(bytes, head.pathAndQuery)
        sink.append(" HTTP/1.1\r\nHost: ")
        sink.append(bytes, head.authority)
        sink.append("\r\n")
        appendRequestFields(head, bytes, fields: fields, withLength: true, pseudonym: pseudonym, into: &sink)
    }

    /// The same for an upstream proxy: in absolute form (RFC 9112, section 3.2.2), or a CONNECT. `authorization`: the
    /// value of `Proxy-Authorization`; empty: none.
    package static func requestToProxy(
        _ head: RequestHead, _ bytes: Span<UInt8>, fields: borrowing FieldTable, pseudonym: UnsafeBufferPointer<UInt8>,
        authorization: UnsafeBufferPointer<UInt8>, into sink: inout ByteSink
    ) {
        sink.append(bytes, head.methodName)
        sink.append(UInt8(ascii: " "))
        let isConnect = head.method == .connect
        if !isConnect { sink.append("http://") }
        sink.append(bytes, head.authority)
        if !isConnect {
            // OPTIONS without a path becomes `OPTIONS *` at the last proxy (RFC 9112, section 3.2.4).
            let isServerWide = head.method == .options && head.pathAndQuery.isEmpty
            if head.path.isEmpty && !isServerWide { sink.append(UInt8(ascii: "/")) }
            sink.append(bytes, head.pathAndQuery)
        }
        sink.append(" HTTP/1.1\r\nHost: ")
        sink.append(bytes, head.authority)
        sink.append("\r\n")
        if !authorization.isEmpty {
            sink.append("Proxy-Authorization: ")
            sink.append(authorization)
            sink.append("\r\n")
        }
        appendRequestFields(head, bytes, fields: fields, withLength: !isConnect, pseudonym: pseudonym, into: &sink)
    }

    @inline(__always)
    private static func appendRequestFields(
        _ head: RequestHead, _ bytes: Span<UInt8>, fields: borrowing FieldTable, withLength: Bool,
        pseudonym: UnsafeBufferPointer<UInt8>, into sink: inout ByteSink
    ) {
        appendFields(bytes, fields: fields, withLength: withLength, into: &sink)
        if head.flags.contains(.chunked) { sink.append("Transfer-Encoding: chunked\r\n") }
        if head.flags.contains(.offersUpgrade) { ProtocolUpgrade.append(bytes, fields, into: &sink) }
        if let maxForwards = head.maxForwards {
            sink.append("Max-Forwards: ")
            // At 0 the request is answered here and goes no further.
            sink.append(decimal: Int(maxForwards) - 1)
            sink.append("\r\n")
        }
        appendVia(isVersion10: head.flags.contains(.version10), pseudonym: pseudonym, into: &sink)
        sink.append("\r\n")
    }

    /// What of a response head the exchange decides.
    package struct ResponseOptions: Sendable {
        /// The connection to the client ends after this response.
        package var close: Bool
        /// The body goes on in chunks.
        package var chunked: Bool

        package init(close: Bool, chunked: Bool) {
            self.close = close
            self.chunked = chunked
        }
    }

    /// The response head for the client.
    package static func response(
        _ head: ResponseHead, _ bytes: Span<UInt8>, fields: borrowing FieldTable, options: ResponseOptions,
        pseudonym: UnsafeBufferPointer<UInt8>, date: HTTPDate, into sink: inout ByteSink
    ) {
        sink.append("HTTP/1.1 ")
        sink.append(bytes, head.statusAndReason)
        // The space before a reason stands there without one as well (RFC 9112, section 4).
        if head.statusAndReason.count == 3 { sink.append(UInt8(ascii: " ")) }
        sink.append("\r\n")
        // These have no body, and may not speak of one (RFC 9110, section 8.6).
        let hasNoLength = head.isInterim || head.status == 204
        appendFields(bytes, fields: fields, withLength: !hasNoLength, into: &sink)
        // 426 says what to upgrade to (RFC 9110, section 15.5.22); otherwise only a 101 that is let through speaks of
        // it.
        if head.status == 101 || head.status == 426 { ProtocolUpgrade.append(bytes, fields, into: &sink) }
        if options.chunked && !hasNoLength { sink.append("Transfer-Encoding: chunked\r\n") }
        appendVia(isVersion10: head.flags.contains(.version10), pseudonym: pseudonym, into: &sink)
        if !head.isInterim {
            if !head.flags.contains(.hasDate) { appendDate(date, into: &sink) }
            if options.close { sink.append("Connection: close\r\n") }
        }
        sink.append("\r\n")
    }

    static func appendDate(_ date: HTTPDate, into sink: inout ByteSink) {
        sink.append("Date: ")
        for place in 0..<HTTPDate.length { sink.append(date.bytes[place]) }
        sink.append("\r\n")
    }

    private static func appendVia(
        isVersion10: Bool, pseudonym: UnsafeBufferPointer<UInt8>, into sink: inout ByteSink
    ) {
        sink.append(isVersion10 ? "Via: 1.0 " : "Via: 1.1 ")
        sink.append(pseudonym)
        sink.append("\r\n")
    }

    /// A field as its name and value say it; never longer than its line, which has space or zeros too many.
    private static func appendAnew(_ bytes: Span<UInt8>, _ field: Field, into sink: inout ByteSink) {
        sink.append(bytes, from: field.line.start, to: field.line.start + Int(field.nameLength))
        sink.append(": ")
        sink.append(bytes, field.value)
        sink.append("\r\n")
    }

    /// The fields that are passed on, in runs that lie together.
    @inline(__always)
    private static func appendFields(
        _ bytes: Span<UInt8>, fields: borrowing FieldTable, withLength: Bool, into sink: inout ByteSink
    ) {
        var start = 0
        var end = 0
        var hasContentLength = !withLength
        for index in 0..<fields.count {
            let field = fields[index]
            // A repeated Content-Length, which only a response may have, goes on once.
            let isRepeated = field.name == .contentLength && hasContentLength
            if field.name == .contentLength { hasContentLength = true }
            let isDropped = isRepeated || HopByHop.isDropped(field)
            if isDropped || field.isRewritten {
                if end > start { sink.append(bytes, from: start, to: end) }
                if !isDropped { appendAnew(bytes, field, into: &sink) }
                start = field.line.end
            } else if start == end {
                start = field.line.start
            }
            end = field.line.end
        }
        if end > start { sink.append(bytes, from: start, to: end) }
    }
}
