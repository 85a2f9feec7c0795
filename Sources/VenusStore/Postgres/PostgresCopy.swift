/// The stream of a binary COPY (PostgreSQL's manual, COPY, "Binary Format").
struct PostgresCopy {
    /// Rows of one statement, so that each stays well within its time.
    static let maximumRows = 5_000
    /// What is gathered before it is sent.
    static let chunkBytes = 64 * 1_024

    private(set) var bytes = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)

    mutating func append(_ values: [SQLValue]) throws {
        PostgresBinary.append(Int16(values.count), to: &bytes)
        for value in values {
            let start = bytes.count
            PostgresBinary.append(Int32(0), to: &bytes)
            value.appendPostgres(to: &bytes)
            guard let length = Int32(exactly: bytes.count - start - 4) else {
                throw StoreError(.refused, "a value is larger than 2 GB")
            }
            withUnsafeBytes(of: length.bigEndian) { bytes.replaceSubrange(start..<start + 4, with: $0) }
        }
    }

    mutating func finish() { PostgresBinary.append(Int16(-1), to: &bytes) }

    mutating func takeBytes() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }
}
