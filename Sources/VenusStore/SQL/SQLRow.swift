import VenusCore

/// One row of an answer, its columns by place. Reading one as what it is not throws ``StoreError/Code/corrupt``.
struct SQLRow: Sendable {
    enum Column: Sendable {
        case integer(Int64)
        case text(String)
        case bytes([UInt8])
        case boolean(Bool)
        /// Microseconds since the epoch.
        case instant(Int64)
        case null
    }

    var columns: [Column]

    func integer(_ place: Int) throws -> Int64 {
        guard case .integer(let value) = columns[place] else { throw mismatch(place, "an integer") }
        return value
    }

    /// An integer that cannot be negative.
    func count(_ place: Int) throws -> UInt64 {
        guard let value = UInt64(exactly: try integer(place)) else { throw mismatch(place, "a count") }
        return value
    }

    func int(_ place: Int) throws -> Int {
        guard let value = Int(exactly: try integer(place)) else { throw mismatch(place, "an integer") }
        return value
    }

    func text(_ place: Int) throws -> String {
        guard case .text(let value) = columns[place] else { throw mismatch(place, "text") }
        return value
    }

    func bytes(_ place: Int) throws -> [UInt8] {
        guard case .bytes(let value) = columns[place] else { throw mismatch(place, "bytes") }
        return value
    }

    func boolean(_ place: Int) throws -> Bool {
        switch columns[place] {
        case .boolean(let value): return value
        case .integer(let value): return value != 0
        case .text, .bytes, .instant, .null: throw mismatch(place, "a boolean")
        }
    }

    /// What was stored as ``SQLValue/second(_:)``.
    func second(_ place: Int) throws -> Int64 {
        switch columns[place] {
        case .integer(let value): return value
        case .instant(let microseconds): return microseconds / 1_000_000
        case .text, .bytes, .boolean, .null: throw mismatch(place, "an instant")
        }
    }

    /// What was stored as ``SQLValue/millisecond(_:)``.
    func millisecond(_ place: Int) throws -> Int64 {
        switch columns[place] {
        case .integer(let value): return value
        case .instant(let microseconds): return microseconds / 1_000
        case .text, .bytes, .boolean, .null: throw mismatch(place, "an instant")
        }
    }

    func isNull(_ place: Int) -> Bool {
        if case .null = columns[place] { true } else { false }
    }

    private func mismatch(_ place: Int, _ expected: String) -> StoreError {
        StoreError(.corrupt, "column \(place + 1) of an answer is not \(expected)")
    }
}
