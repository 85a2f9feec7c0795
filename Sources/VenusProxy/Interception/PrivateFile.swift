import Glibc

/// A file that nobody but its owner may read, replaced as a whole: whoever reads it sees the old one or the new one.
struct PrivateFile: Sendable {
    let path: String

    /// What tells one state of a file from another.
    struct Fingerprint: Sendable, Hashable {
        private let device: UInt64
        private let inode: UInt64
        private let bytes: Int64
        private let changed: Int64

        fileprivate init(_ status: stat) {
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            bytes = Int64(status.st_size)
            changed = Int64(status.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_ctim.tv_nsec)
        }
    }

    /// The state of the file now; `nil` where there is none.
    var fingerprint: Fingerprint? {
        var status = Glibc.stat()
        return stat(path, &status) == 0 ? Fingerprint(status) : nil
    }

    /// The directory that it is in.
    var directory: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Its bytes; `nil` where there is none. Refuses one that others can read or write, that belongs to somebody else,
    /// or that is longer than `maximumBytes`.
    func read(maximumBytes: Int) throws(CertificateError) -> [UInt8]? {
        // Not to wait for a pipe's other end, and not to follow a link that somebody laid.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Self.failure("cannot read \(path)")
        }
        defer { close(descriptor) }
        var status = Glibc.stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure("cannot read \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw CertificateError(.file, "\(path) is no file") }
        try Self.checkPrivate(status, path, mode: "600")
        guard status.st_size <= maximumBytes else { throw CertificateError(.content, "\(path) is too long") }
        var bytes = [UInt8](repeating: 0, count: maximumBytes)
        var count = 0
        while count < bytes.count {
            let some = bytes.withUnsafeMutableBytes { buffer in
                // Within the buffer, which is not empty: count < bytes.count.
                Glibc.read(descriptor, buffer.baseAddress! + count, buffer.count - count)
            }
            if some < 0, errno == EINTR { continue }
            guard some >= 0 else { throw Self.failure("cannot read \(path)") }
            if some == 0 { break }
            count += some
        }
        return Array(bytes.prefix(count))
    }

    /// Puts these bytes in the file's place, with mode 0600.
    func replace(with bytes: [UInt8]) throws(CertificateError) {
        let temporary = "\(path).new.\(getpid())"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("cannot create \(temporary)") }
        defer { close(descriptor) }
        var count = 0
        while count < bytes.count {
            let some = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + count, $0.count - count) }
            if some < 0, errno == EINTR { continue }
            guard some > 0 else {
                let failure = Self.failure("cannot write \(temporary)")
                unlink(temporary)
                throw failure
            }
            count += some
        }
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else {
            let failure = Self.failure("cannot write \(path)")
            unlink(temporary)
            throw failure
        }
    }

    /// Does something while nobody else of ours changes files in the directory.
    func locked<Result>(
        _ body: () throws(CertificateError) -> Result
    ) throws(CertificateError) -> Result {
        let lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw Self.failure("cannot open the directory \(directory)") }
        // Which also lets go of the lock.
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0 {
            guard errno == EINTR else { throw Self.failure("cannot lock the directory \(directory)") }
        }
        let result = try body()
        fsync(lock)
        return result
    }

    /// The superuser reads and writes everything anyway; for others, what is not theirs alone is refused.
    static func checkPrivate(_ status: stat, _ path: String, mode: String) throws(CertificateError) {
        guard status.st_uid == geteuid() || geteuid() == 0 else {
            throw CertificateError(
                .permissions, "\(path) belongs to another user (\(status.st_uid)); run this as that user")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw CertificateError(
                .permissions,
                "\(path) is open to others than its owner; take that away: chmod \(mode) \(path)")
        }
    }

    static func failure(_ what: String) -> CertificateError {
        CertificateError(.file, "\(what): \(String(cString: strerror(errno)))")
    }
}
