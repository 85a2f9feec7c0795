/// How far a TRACE or OPTIONS may go (RFC 9110, section 7.6.2): `Max-Forwards` is counted down by every proxy, and the
/// one that gets a 0 answers itself. It means nothing for other methods, whose field is passed on untouched.
enum MaxForwards {
    /// Larger values count as this.
    static let maximum: UInt32 = 1_000_000_000

    /// Reads the field into the head and marks it as one that is written anew. What is not a number cannot be counted
    /// down, so it is a fault.
    static func read(_ bytes: Span<UInt8>, fields: inout FieldTable, into head: inout RequestHead) -> HeadError? {
        for index in 0..<fields.count where fields[index].name == .maxForwards {
            guard head.maxForwards == nil, let value = number(bytes, fields[index].value) else {
                return .malformedMaxForwards
            }
            head.maxForwards = value
            fields.nominate(index)
        }
        return nil
    }

    private static func number(_ bytes: Span<UInt8>, _ range: ByteRange) -> UInt32? {
        guard !range.isEmpty else { return nil }
        var value: UInt32 = 0
        for place in range.start..<range.end {
            guard ByteClass.isDigit(bytes[place]) else { return nil }
            // One more digit would reach the maximum.
            value = value >= maximum / 10 ? maximum : value * 10 + UInt32(bytes[place] - 0x30)
        }
        return value
    }
}
