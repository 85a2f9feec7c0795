import Glibc

/// A keys file on disk; what is said of its place and its permissions holds for a policy's file, too.
package struct KeysFile: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// What tells one state of a file from another.
    package struct Fingerprint: Sendable, Hashable {
        var device: UInt64
        var inode: UInt64
        var bytes: Int64
        /// Nanoseconds since the epoch: of the last change of the content, and of anything.
        var modified: Int64
        var changed: Int64
    }

    package struct Content: Sendable {
        package var keys: ServiceKeys
        package var fingerprint: Fingerprint
        /// Whether others than its owner can write it: to be spoken of.
        package var isWritableByGroup: Bool
    }

    /// The state of the file now; `nil` where there is none that could be read.
    package var fingerprint: Fingerprint? {
        var status = Glibc.stat()
        return stat(path, &status) == 0 ? Self.fingerprint(status) : nil
    }

    /// Reads its keys. Throws ``KeysFileError``.
    package func read() throws(KeysFileError) -> Content {
        let file = try readText()
        return Content(
            keys: try ServiceKeys(text: file.text), fingerprint: file.fingerprint,
            isWritableByGroup: file.isWritableByGroup)
    }

    /// What is in the file, whatever it is.
    package struct Text: Sendable {
        package var text: String
        package var fingerprint: Fingerprint
        /// Whether others than its owner can write it: to be spoken of.
        package var isWritableByGroup: Bool
    }

    /// Reads it whole. Throws ``KeysFileError``.
    package func readText() throws(KeysFileError) -> Text {
        // Not to wait for a pipe's other end.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var before = Glibc.stat()
        guard fstat(descriptor, &before) == 0 else { throw .unreadable(String(cString: strerror(errno))) }
        guard before.st_mode & S_IFMT == S_IFREG else { throw .unreadable("it is no file") }
        guard before.st_mode & S_IWOTH == 0 else { throw .writableByAll }
        guard before.st_size <= ServiceKeys.maximumBytes else { throw .tooLarge }
        var bytes = [UInt8](repeating: 0, count: Int(before.st_size))
        var count = 0
        while count < bytes.count {
            let some = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress! + count, $0.count - count)
            }
            if some < 0, errno == EINTR { continue }
            guard some >= 0 else { throw .unreadable(String(cString: strerror(errno))) }
            if some == 0 { throw .changing }
            count += some
        }
        var after = Glibc.stat()
        guard fstat(descriptor, &after) == 0, Self.fingerprint(after) == Self.fingerprint(before) else {
            throw .changing
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
        return Text(
            text: text, fingerprint: Self.fingerprint(after), isWritableByGroup: after.st_mode & S_IWGRP != 0)
    }

    private static func fingerprint(_ status: stat) -> Fingerprint {
        Fingerprint(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), bytes: Int64(status.st_size),
            modified: nanoseconds(status.st_mtim), changed: nanoseconds(status.st_ctim))
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
