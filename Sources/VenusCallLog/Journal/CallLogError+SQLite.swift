import GRDB

extension CallLogError {
    /// What SQLite says, without values of the statement.
    ///
    /// - Parameter file: what the file is to people.
    init(sqlite error: any Error, of file: String = "the journal") {
        guard let error = error as? DatabaseError else {
            self.init(.unavailable, "\(error)")
            return
        }
        let message = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_MISUSE: self.init(.closed, "\(file) is closed")
        case .SQLITE_FULL, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_CANTOPEN:
            self.init(.refused, "\(file) cannot be written: \(message)")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self.init(.protocolViolation, "\(file) is damaged: \(message)")
        default: self.init(.unavailable, "\(file) does not answer: \(message)")
        }
    }
}
