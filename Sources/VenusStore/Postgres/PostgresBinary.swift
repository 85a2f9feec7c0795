import CPostgres

/// Values in the binary form in which PostgreSQL takes and gives them: big-endian, instants in microseconds since 2000.
enum PostgresBinary {
    /// 2000-01-01 in seconds since 1970-01-01.
    static let epochSecond: Int64 = 946_684_800

    static func append(_ value: Int64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    static func append(_ value: Int32, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    static func append(_ value: Int16, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        // The first byte's sign is that of the number.
        let negative = bytes.first.map { $0 >= 0x80 } ?? false
        return bytes.reduce(negative ? -1 : 0) { $0 << 8 | Int64($1) }
    }
}

/// Numbers of the types that we use, from PostgreSQL's `pg_type.dat`. They never change.
enum PostgresType {
    static let boolean: Oid = 16
    static let bytes: Oid = 17
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let varchar: Oid = 1_043
    static let instant: Oid = 1_184
}

extension SQLValue {
    var postgresType: Oid {
        switch self {
        case .integer: PostgresType.int8
        case .text: PostgresType.text
        case .bytes: PostgresType.bytes
        case .boolean: PostgresType.boolean
        case .second, .millisecond: PostgresType.instant
        }
    }

    /// Appends the value, without its length.
    func appendPostgres(to bytes: inout [UInt8]) {
        switch self {
        case .integer(let value): PostgresBinary.append(value, to: &bytes)
        case .text(let value): bytes.append(contentsOf: value.utf8)
        case .bytes(let value): bytes.append(contentsOf: value)
        case .boolean(let value): bytes.append(value ? 1 : 0)
        case .second(let value):
            let second = SQLValue.clamp(second: value)
            PostgresBinary.append((second - PostgresBinary.epochSecond) * 1_000_000, to: &bytes)
        case .millisecond(let value):
            let millisecond = SQLValue.clamp(millisecond: value)
            PostgresBinary.append((millisecond - PostgresBinary.epochSecond * 1_000) * 1_000, to: &bytes)
        }
    }
}

extension SQLRow.Column {
    init(postgres bytes: UnsafeRawBufferPointer, type: Oid) {
        switch type {
        case PostgresType.int2, PostgresType.int4, PostgresType.int8: self = .integer(PostgresBinary.integer(bytes))
        case PostgresType.text, PostgresType.varchar: self = .text(String(decoding: bytes, as: UTF8.self))
        case PostgresType.boolean: self = .boolean(bytes.first != 0)
        case PostgresType.instant:
            // `infinity` is the highest number.
            self = .instant(PostgresBinary.integer(bytes) &+ PostgresBinary.epochSecond * 1_000_000)
        default: self = .bytes(Array(bytes))
        }
    }
}
