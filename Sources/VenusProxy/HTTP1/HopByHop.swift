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

/// Transfer codings (RFC 9112, section 7): `chunked` is the only one spoken.
enum TransferCoding {
    /// What is wrong with a `Transfer-Encoding` value; `nil` for exactly `chunked`.
    static func fault(_ bytes: Span<UInt8>, _ value: ByteRange) -> HeadError? {
        if ByteScan.equals(bytes, value, "chunked") { return nil }
        var list = TokenList(value)
        var codings = 0
        var chunked = 0
        var isChunkedLast = false
        var isKnown = true
        while let coding = list.next(bytes) {
            codings += 1
            isChunkedLast = ByteScan.equals(bytes, coding, "chunked")
            if isChunkedLast {
                chunked += 1
            } else {
                isKnown = isKnown && isRegistered(bytes, coding)
            }
        }
        if codings == 0 || chunked > 1 { return .malformedTransferEncoding }
        if !isKnown { return .unsupportedTransferCoding }
        return isChunkedLast && codings > 1 ? .unsupportedTransferCoding : .malformedTransferEncoding
    }

    private static func isRegistered(_ bytes: Span<UInt8>, _ coding: ByteRange) -> Bool {
        ByteScan.equals(bytes, coding, "gzip") || ByteScan.equals(bytes, coding, "x-gzip")
            || ByteScan.equals(bytes, coding, "deflate") || ByteScan.equals(bytes, coding, "compress")
            || ByteScan.equals(bytes, coding, "x-compress")
    }
}
