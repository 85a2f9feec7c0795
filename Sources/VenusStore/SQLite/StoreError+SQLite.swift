import GRDB
import VenusCore

extension StoreError {
    /// What an error within SQLite's part means to the store's user.
    init(sqlite error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as EncodingError: self.init(error)
        case let error as DatabaseError:
            self.init(Self.code(error.resultCode), error.message ?? error.resultCode.description)
        case is CancellationError: self.init(.unavailable, "the task was cancelled")
        default: self.init(.refused, "\(error)")
        }
    }

    /// Bytes that the store wrote and cannot read.
    init(_ error: EncodingError) {
        switch error {
        case .corrupt: self.init(.corrupt, "stored bytes are damaged")
        case .newerVersion(let version):
            self.init(.corrupt, "stored bytes are of version \(version), which this version does not know")
        }
    }

    private static func code(_ code: ResultCode) -> Code {
        switch code.primaryResultCode {
        // Misuse is what a closed database answers.
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_NOMEM, .SQLITE_INTERRUPT,
            .SQLITE_MISUSE:
            .unavailable
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt
        default: .refused
        }
    }
}
