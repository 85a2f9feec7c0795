import VenusCore

/// The fields of one entry that the format knows, each at most once.
struct BlockFields {
    enum Kind: String {
        case calls
        case heartbeat
        case end
    }

    /// In the entry's order: so few that looking through them is faster than any table would be to make.
    private var known: [(field: BlockField, value: [UInt8])] = []

    private static let names = BlockField.allCases.map { (field: $0, name: $0.rawValue) }

    init(_ fields: [EntryField]) throws(BlockDecodingError) {
        guard fields.count <= BlockDecoder.maximumFields else { throw .tooManyFields }
        known.reserveCapacity(min(fields.count, Self.names.count))
        // Entries are written in the order of the names: mostly it is the next one.
        var next = 0
        for field in fields {
            if next == Self.names.count || Self.names[next].name != field.name {
                guard let place = Self.names.firstIndex(where: { $0.name == field.name }) else { continue }
                next = place
            }
            let name = Self.names[next].field
            guard value(name) == nil else { throw .repeatedField(name) }
            known.append((name, field.value))
            next += 1
        }
    }

    private func value(_ field: BlockField) -> [UInt8]? {
        for one in known where one.field == field { return one.value }
        return nil
    }

    /// `nil` where the entry has none that this version knows.
    var kind: Kind? { value(.kind).flatMap { Kind(rawValue: String(decoding: $0, as: UTF8.self)) } }

    func bytes(_ field: BlockField, most: Int) throws(BlockDecodingError) -> [UInt8] {
        guard let value = value(field) else { throw .missingField(field) }
        guard value.count <= most else { throw .tooLarge(field) }
        return value
    }

    func number(_ field: BlockField) throws(BlockDecodingError) -> UInt64 {
        guard let value = value(field) else { throw .missingField(field) }
        guard let number = Self.number(value[...]) else { throw .invalidNumber(field) }
        return number
    }

    /// A number that fits into 63 bits, of a field that need not be there.
    func count(_ field: BlockField) throws(BlockDecodingError) -> Int? {
        guard value(field) != nil else { return nil }
        guard let count = Int(exactly: try number(field)) else { throw .invalidNumber(field) }
        return count
    }

    /// The bytes of a field that need not be there.
    func optionalBytes(_ field: BlockField, most: Int) throws(BlockDecodingError) -> [UInt8]? {
        value(field) == nil ? nil : try bytes(field, most: most)
    }

    /// UTF-8 without control characters.
    func text(_ field: BlockField) throws(BlockDecodingError) -> String {
        let value = try bytes(field, most: BlockDecoder.maximumNameBytes)
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }), let text = String(validating: value, as: UTF8.self) else {
            throw .invalidText(field)
        }
        return text
    }

    /// Decimal digits and nothing else, that fit.
    static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard !digits.isEmpty, digits.count <= 20 else { return nil }
        var value: UInt64 = 0
        for byte in digits {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLargeAgain) = product.addingReportingOverflow(UInt64(digit))
            guard !tooLarge, !tooLargeAgain else { return nil }
            value = sum
        }
        return value
    }
}
