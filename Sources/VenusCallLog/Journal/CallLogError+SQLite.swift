import GRDB

extension CallLogError {
    /// What SQLite says, without values of the statement.
    init(sqlite error: any Error) {
        guard let error = error as? DatabaseError else {
            self.init(.unavailable, "\(error)")
            return
        }
        let message = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_MISUSE: self.init(.closed, "the journal is closed")
        case .SQLITE_FULL, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_CANTOPEN:
            self.init(.refused, "the journal cannot be written: \(message)")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self.init(.protocolViolation, "the journal is damaged: \(message)")
        default: self.init(.unavailable, "the journal does not answer: \(message)")
        }
    }
}
