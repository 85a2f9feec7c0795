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
            guard bytes[place] == UInt8(ascii: ":"), place > nameStart else {
                return .invalid(nameFault(bytes[place], isFirst: place == nameStart))
            }
            let length = place - nameStart
            field.nameLength = UInt32(length)
            place += 1
            while place < bytes.count, isBlank(bytes[place]) { place &+= 1 }
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
            if field.name != .other, let fault = note(bytes, field, isRequest: isRequest, section: &section) {
                return .invalid(fault)
            }
            guard fields.count < limits.fields else { return .invalid(.tooManyFields) }
            fields.append(field)
        }
    }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private static func nameFault(_ byte: UInt8, isFirst: Bool) -> HeadError {
        if isBlank(byte) { return isFirst ? .foldedField : .spaceBeforeColon }
        if byte == lineFeed || byte == carriageReturn || byte == 0 { return .malformedLineEnd }
        return .malformedField
    }

    /// Notes what a known field says; a fault where it cannot say that.
    private static func note(
        _ bytes: Span<UInt8>, _ field: Field, isRequest: Bool, section: inout FieldSection
    ) -> HeadError? {
        switch field.name {
        case .host:
            guard isRequest else { return nil }
            if section.host != nil { return .duplicateHost }
            section.host = field.value
        case .contentLength:
            guard let length = readLength(bytes, field.value) else { return .malformedContentLength }
            if section.flags.contains(.hasContentLength) {
                // Of a response, the same length twice is taken for one (RFC 9112, section 6.3).
                if isRequest || section.contentLength != length { return .duplicateContentLength }
            }
            section.flags.insert(.hasContentLength)
            section.contentLength = length
        case .transferEncoding:
            if section.flags.contains(.chunked) { return .malformedTransferEncoding }
            if let fault = TransferCoding.fault(bytes, field.value) { return fault }
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
        if section.flags.contains(.chunked), section.flags.contains(.hasContentLength) {
            return .invalid(.conflictingFraming)
        }
        if section.flags.contains(.nominates), let fault = HopByHop.nominate(bytes, fields: &fields) {
            return .invalid(fault)
        }
        return .complete(())
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
