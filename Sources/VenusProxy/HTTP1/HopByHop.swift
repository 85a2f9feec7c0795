/// Which fields end at this hop (RFC 9110, section 7.6.1).
package enum HopByHop {
    /// Whether the field is left out of what is passed on. `Host`, `Transfer-Encoding`
    /// and, where the protocol may change, `Connection` and `Upgrade` are written anew.
    @inline(__always)
    package static func isDropped(_ field: Field) -> Bool {
        switch field.name {
        case .connection, .keepAlive, .proxyConnection, .te, .transferEncoding, .upgrade, .host, .proxyAuthorization:
            true
        case .contentLength, .date, .expect, .maxForwards, .traceparent, .via, .other: field.isNominated
        }
    }

    /// Reads one `Connection` value into flags.
    static func readConnection(_ bytes: Span<UInt8>, _ value: ByteRange, flags: inout HeadFlags) -> HeadError? {
        var list = TokenList(value)
        while let token = list.next(bytes) {
            if ByteScan.equals(bytes, token, "close") {
                flags.insert(.close)
            } else if ByteScan.equals(bytes, token, "keep-alive") {
                flags.insert(.keepAlive)
            } else if ByteScan.equals(bytes, token, "upgrade") {
                flags.insert(.connectionUpgrade)
            } else if ByteScan.equals(bytes, token, "host") || ByteScan.equals(bytes, token, "content-length") {
                return .nominatedCriticalField
            } else {
                flags.insert(.nominates)
            }
        }
        return nil
    }

    /// Marks the fields that the `Connection` fields name.
    static func nominate(_ bytes: Span<UInt8>, fields: inout FieldTable) -> HeadError? {
        var options = 0
        for index in 0..<fields.count where fields[index].name == .connection {
            var list = TokenList(fields[index].value)
            while let token = list.next(bytes) {
                options += 1
                // Each costs a walk over the fields.
                guard options <= HeadLimits.connectionOptions else { return .tooManyConnectionOptions }
                for place in 0..<fields.count where names(bytes, fields[place], token) { fields.nominate(place) }
            }
        }
        return nil
    }

    private static func names(_ bytes: Span<UInt8>, _ field: Field, _ token: ByteRange) -> Bool {
        guard Int(field.nameLength) == token.count else { return false }
        for place in 0..<token.count
        where ByteClass.lowercased(bytes[field.line.start + place])
            != ByteClass.lowercased(bytes[token.start + place])
        {
            return false
        }
        return true
    }
}

/// The elements of a comma-separated list; empty ones are skipped (RFC 9110, section 5.6.1).
package struct TokenList {
    private var place: Int
    private let end: Int

    package init(_ range: ByteRange) {
        place = range.start
        end = range.end
    }

    package mutating func next(_ bytes: Span<UInt8>) -> ByteRange? {
        while place < end {
            while place < end, HeadParser.isBlank(bytes[place]) || bytes[place] == UInt8(ascii: ",") { place += 1 }
            let start = place
            while place < end, bytes[place] != UInt8(ascii: ",") { place += 1 }
            var last = place
            while last > start, HeadParser.isBlank(bytes[last - 1]) { last -= 1 }
            if last > start { return ByteRange(start, last) }
        }
        return nil
    }
}

/// Transfer codings (RFC 9112, section 7): `chunked`, once, is the only one spoken.
enum TransferCoding {
    /// What is wrong with `Transfer-Encoding` fields that say something else, read as one list.
    ///
    /// Where `chunked` is not the last, nobody can tell how long the body is (section 6.3); where it is, there is a
    /// coding before it that is not understood (section 6.1).
    static func fault(_ bytes: Span<UInt8>, _ fields: borrowing FieldTable) -> HeadError {
        var chunked = 0
        var others = 0
        var isChunkedLast = false
        for index in 0..<fields.count where fields[index].name == .transferEncoding {
            var list = TokenList(fields[index].value)
            while let coding = list.next(bytes) {
                isChunkedLast = ByteScan.equals(bytes, coding, "chunked")
                if isChunkedLast { chunked += 1 } else { others += 1 }
            }
        }
        return isChunkedLast && chunked == 1 && others > 0 ? .unsupportedTransferCoding : .malformedTransferEncoding
    }
}
