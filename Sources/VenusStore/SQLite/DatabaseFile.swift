import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The file of a database, as far as SQLite leaves it to us.
enum DatabaseFile {
    /// Makes an empty file that only its owner can read, where there is none. SQLite gives its other files the same
    /// permissions.
    ///
    /// The file is made under another name and linked: were it opened here, closing it would drop the locks that this
    /// process may hold on it through SQLite by then.
    static func create(at path: String) throws {
        if access(path, F_OK) == 0 {
            _ = chmod(path, S_IRUSR | S_IWUSR)
            return
        }
        let temporary = "\(path).\(UInt64.random(in: .min ... .max))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path, errno) }
        close(descriptor)
        defer { unlink(temporary) }
        guard link(temporary, path) == 0 || errno == EEXIST else { throw failure(path, errno) }
    }

    private static func failure(_ path: String, _ code: Int32) -> StoreError {
        StoreError(.refused, "cannot create the database \(path): \(String(cString: strerror(code)))")
    }
}
