/// An answer of Redis (RESP2).
package enum RedisReply: Sendable, Hashable {
    case status([UInt8])
    case string([UInt8])
    case integer(Int64)
    case null
    case error(String)
    case array([RedisReply])

    /// The bytes of a string or a status.
    package var bytes: [UInt8]? {
        switch self {
        case .status(let bytes), .string(let bytes): bytes
        case .integer, .null, .error, .array: nil
        }
    }

    package var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
}
