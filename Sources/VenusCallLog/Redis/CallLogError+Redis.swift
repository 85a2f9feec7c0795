extension CallLogError {
    /// An answer that the command cannot have.
    init(unexpected command: String) {
        self.init(.protocolViolation, "Redis answered \(command) with something unexpected")
    }

    /// What an error reply of Redis means for us.
    package init(redis text: String) {
        let code = text.prefix { $0 != " " }
        // One line, not endless, whatever the server writes.
        let line = String(text.prefix(200).map { $0.isNewline || $0.isASCII && $0 < " " ? " " : $0 })
        switch code {
        case "LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN", "CLUSTERDOWN", "UNBLOCKED":
            self.init(.unavailable, "Redis is not ready: \(line)")
        // A master that is one no longer: the next try finds the new one.
        case "READONLY": self.init(.unavailable, "this Redis is a replica")
        case "NOAUTH": self.init(.refused, "Redis wants a password; give it in the URL")
        default: self.init(.refused, "Redis refused: \(line)")
        }
    }
}
