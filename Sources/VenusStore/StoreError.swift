/// What can go wrong between us and the database.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The database is away or too slow: worth trying again.
        case unavailable
        /// The lease belongs to another owner now.
        case fenced
        /// The connection broke during COMMIT: it may have happened.
        case ambiguous
        /// The schema is newer than this version of Venus.
        case newerSchema
        /// The database refused: the message says why.
        case refused
        /// Stored bytes cannot be read.
        case corrupt
    }

    public var code: Code
    /// For people; holds no secret.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "store \(code.rawValue): \(message)" }
}
