import Glibc

/// The files of a journal or a spool: readable by their owner only, because they say who calls whom.
enum JournalFile {
    /// Makes the directory (0700) and an empty file (0600) where there are none; SQLite gives its other files the
    /// permissions of this one.
    ///
    /// The file comes into being under a passing name. A file that is there is not opened: closing it would take away
    /// the locks that this process may hold on it through SQLite (POSIX locks belong to the process).
    static func create(at path: String, _ name: String = "the journal") throws(CallLogError) {
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeDirectory(String(path[..<slash])) }
        guard access(path, F_OK) != 0 else { return }
        let passing = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).new"
        let descriptor = open(passing, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot create \(name) \(path)") }
        close(descriptor)
        defer { unlink(passing) }
        guard link(passing, path) == 0 || errno == EEXIST else { throw failure("cannot create \(name) \(path)") }
    }

    private static func makeDirectory(_ path: String) throws(CallLogError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure("cannot create the directory \(path)")
        }
        try makeDirectory(String(path[..<slash]))
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        throw failure("cannot create the directory \(path)")
    }

    private static func failure(_ what: String) -> CallLogError {
        CallLogError(.refused, "\(what): \(String(cString: strerror(errno)))")
    }
}
