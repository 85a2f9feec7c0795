package import VenusCore

/// The `Proxy-Status` field (RFC 9209) as another proxy sends it.
package enum ProxyStatus {
    /// Bytes of another proxy's value that are passed on, at most.
    package static let maximumBytes = 1_024

    /// Where a response has the field's value; `nil` without one. `fields`: those of its head, offsets into `bytes`.
    static func value(_ bytes: Span<UInt8>, _ fields: borrowing FieldTable) -> ByteRange? {
        for index in 0..<fields.count {
            let field = fields[index]
            let name = ByteRange(field.line.start, field.line.start + Int(field.nameLength))
            if ByteScan.equals(bytes, name, "proxy-status"), !field.value.isEmpty { return field.value }
        }
        return nil
    }

    /// The error that a proxy tells of which answers in the place of the dependency: with a status of the server's
    /// kind.
    static func errorType(
        of head: ResponseHead, _ bytes: Span<UInt8>, _ fields: borrowing FieldTable
    ) -> ErrorType? {
        guard head.status >= 500, let value = value(bytes, fields) else { return nil }
        return errorType(bytes, value)
    }

    /// The error that the member nearest to the destination tells of: the first with one that we know.
    ///
    /// A list of items with parameters (RFC 9651): `name; error=connection_refused; details="…", name2`. Commas and
    /// semicolons within quotes are text.
    package static func errorType(_ bytes: Span<UInt8>, _ value: ByteRange) -> ErrorType? {
        var place = value.start
        while place < value.end {
            let start = place
            var isQuoted = false
            while place < value.end,
                isQuoted || (bytes[place] != UInt8(ascii: ";") && bytes[place] != UInt8(ascii: ","))
            {
                if bytes[place] == UInt8(ascii: "\"") {
                    isQuoted.toggle()
                } else if isQuoted, bytes[place] == UInt8(ascii: "\\"), place + 1 < value.end {
                    place += 1
                }
                place += 1
            }
            if let known = parameter(bytes, ByteRange(start, place)) { return known }
            place += 1
        }
        return nil
    }

    /// `error=NAME`, with blanks around it.
    private static func parameter(_ bytes: Span<UInt8>, _ range: ByteRange) -> ErrorType? {
        var (start, end) = (range.start, range.end)
        while start < end, HeadParser.isBlank(bytes[start]) { start += 1 }
        while end > start, HeadParser.isBlank(bytes[end - 1]) { end -= 1 }
        guard end - start > 6, ByteScan.matches(bytes, at: start, "error=") else { return nil }
        let name = ByteRange(start + 6, end)
        return ErrorType.allCases.first { $0 != .callerTimeout && ByteScan.equals(bytes, name, $0.staticName) }
    }
}
