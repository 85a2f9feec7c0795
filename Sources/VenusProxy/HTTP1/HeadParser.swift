import VenusCore

/// Reads the head of an HTTP/1.1 message (RFC 9112), strictly: what two parsers could read in two ways is invalid.
///
/// Pure: bytes in, a value and a table of fields out. It starts from the first byte each time; the caller asks again
/// only when the head's end has come or the bytes have doubled (``HeadAssembly``).
package enum HeadParser {
    static let carriageReturn = UInt8(ascii: "\r")
    static let lineFeed = UInt8(ascii: "\n")

    /// What the field section came to.
    struct FieldSection {
        var end = 0
        var flags: HeadFlags = []
        var contentLength: UInt64 = 0
        /// Whether the `Transfer-Encoding` lines say something else than `chunked`, once.
        var hasOtherCodings = false
        var host: ByteRange?
        var traceparent: ByteRange?
    }

    /// Reads the field lines from `start` up to behind the empty line.
    static func readFields(
        _ bytes: Span<UInt8>, from start: Int, isRequest: Bool, limits: HeadLimits, fields: inout FieldTable,
        into section: inout FieldSection
    ) -> HeadResult<Void> {
        var place = start
        fields.removeAll()
        while true {
            guard place < bytes.count else { return .incomplete }
            if bytes[place] == carriageReturn {
                guard place + 1 < bytes.count else { return .incomplete }
                guard bytes[place + 1] == lineFeed else { return .invalid(.malformedLineEnd) }
                section.end = place + 2
                return finish(bytes, isRequest: isRequest, fields: &fields, section: &section)
            }
            var field = Field()
            let nameStart = place
            place = ByteScan.endOfToken(bytes, from: place)
            guard place < bytes.count else { return .incomplete }
            let length = place - nameStart
            field.nameLength = UInt32(length)
            if bytes[place] != UInt8(ascii: ":") {
                guard !isRequest, length > 0, isBlank(bytes[place]) else {
                    return .invalid(nameFault(bytes[place], isFirst: length == 0))
                }
                place = skipBlanks(bytes, from: place)
                guard place < bytes.count else { return .incomplete }
                guard bytes[place] == UInt8(ascii: ":") else { return .invalid(.malformedField) }
                field.isRewritten = true
            }
            guard length > 0 else { return .invalid(.malformedField) }
            place += 1
            place = skipBlanks(bytes, from: place)
            let valueStart = place
            place = ByteScan.endOfValue(bytes, from: place)
            guard place < bytes.count else { return .incomplete }
            guard bytes[place] == carriageReturn else { return .invalid(.malformedLineEnd) }
            guard place + 1 < bytes.count else { return .incomplete }
            guard bytes[place + 1] == lineFeed else { return .invalid(.malformedLineEnd) }
            var valueEnd = place
            while valueEnd > valueStart, isBlank(bytes[valueEnd - 1]) { valueEnd &-= 1 }
            place += 2
            field.line = ByteRange(nameStart, place)
            field.value = ByteRange(valueStart, valueEnd)
            field.name = FieldName.read(bytes, at: nameStart, length: length)
            if field.name != .other, let fault = note(bytes, &field, isRequest: isRequest, section: &section) {
                return .invalid(fault)
            }
            guard fields.count < limits.fields else { return .invalid(.tooManyFields) }
            fields.append(field)
        }
    }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    @inline(__always)
    private static func skipBlanks(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var place = start
        while place < bytes.count, isBlank(bytes[place]) { place &+= 1 }
        return place
    }

    private static func nameFault(_ byte: UInt8, isFirst: Bool) -> HeadError {
        if isBlank(byte) { return isFirst ? .foldedField : .spaceBeforeColon }
        if byte == lineFeed || byte == carriageReturn || byte == 0 { return .malformedLineEnd }
        return .malformedField
    }

    /// Notes what a known field says; a fault where it cannot say that.
    ///
    /// Space before the colon of a response's field is taken out on its way (RFC 9112, section 5.1), but not where the
    /// field says how long the body is: whoever passed it on before us may have taken it for an unknown field, and
    /// found the body's end elsewhere.
    private static func note(
        _ bytes: Span<UInt8>, _ field: inout Field, isRequest: Bool, section: inout FieldSection
    ) -> HeadError? {
        switch field.name {
        case .host:
            guard isRequest else { return nil }
            if section.host != nil { return .duplicateHost }
            section.host = field.value
        case .contentLength:
            if field.isRewritten { return .spaceBeforeColon }
            guard let length = readLength(bytes, field.value) else { return .malformedContentLength }
            if field.value.count > 1, bytes[field.value.start] == UInt8(ascii: "0") { trimZeros(bytes, &field) }
            if section.flags.contains(.hasContentLength) {
                // Of a response, the same length twice is taken for one (RFC 9112, section 6.3).
                if isRequest || section.contentLength != length { return .duplicateContentLength }
            }
            section.flags.insert(.hasContentLength)
            section.contentLength = length
        case .transferEncoding:
            if field.isRewritten { return .spaceBeforeColon }
            if section.flags.contains(.chunked) || !ByteScan.equals(bytes, field.value, "chunked") {
                section.hasOtherCodings = true
            }
            section.flags.insert(.chunked)
        case .connection: return HopByHop.readConnection(bytes, field.value, flags: &section.flags)
        case .expect:
            if ByteScan.equals(bytes, field.value, "100-continue") { section.flags.insert(.expectsContinue) }
        case .date: section.flags.insert(.hasDate)
        case .via: section.flags.insert(.hasVia)
        case .traceparent: section.traceparent = field.value
        case .upgrade: section.flags.insert(.hasUpgrade)
        case .keepAlive, .maxForwards, .proxyAuthorization, .proxyConnection, .te, .other: break
        }
        return nil
    }

    private static func finish(
        _ bytes: Span<UInt8>, isRequest: Bool, fields: inout FieldTable, section: inout FieldSection
    ) -> HeadResult<Void> {
        if section.hasOtherCodings { return .invalid(TransferCoding.fault(bytes, fields)) }
        if section.flags.contains(.chunked), section.flags.contains(.hasContentLength) {
            return .invalid(.conflictingFraming)
        }
        if section.flags.contains(.nominates), let fault = HopByHop.nominate(bytes, fields: &fields) {
            return .invalid(fault)
        }
        return .complete(())
    }

    /// Takes the zeros before a length out of its value, but for the last digit: some would take the rest for octal.
    private static func trimZeros(_ bytes: Span<UInt8>, _ field: inout Field) {
        var start = field.value.start
        while start + 1 < field.value.end, bytes[start] == UInt8(ascii: "0") { start += 1 }
        field.value = ByteRange(start, field.value.end)
        field.isRewritten = true
    }

    /// `1*DIGIT`, at most 18 of them.
    private static func readLength(_ bytes: Span<UInt8>, _ range: ByteRange) -> UInt64? {
        guard range.count > 0, range.count <= 18 else { return nil }
        var value: UInt64 = 0
        for place in range.start..<range.end {
            guard ByteClass.isDigit(bytes[place]) else { return nil }
            value = value * 10 + UInt64(bytes[place] - 0x30)
        }
        return value
    }
}
