import Glibc

/// An exclusive lock on a file, with the holder's process id in it; free again when the holder ends, however it ends.
final class FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, or returns `nil` while another process holds it.
    init?(path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure("cannot open \(path): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        ftruncate(descriptor, 0)
        let text = Array("\(getpid())\n".utf8)
        pwrite(descriptor, text, text.count, 0)
    }

    deinit { close(descriptor) }

    /// The process id that the holder of the lock wrote, while it is held; `nil` when it is free.
    static func holder(path: String) -> pid_t? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
        var text = [UInt8](repeating: 0, count: 32)
        let count = read(descriptor, &text, text.count)
        guard count > 0 else { return nil }
        return pid_t(
            String(decoding: text[..<count], as: UTF8.self).trimmingPrefix { $0.isWhitespace }.prefix { $0.isNumber })
    }
}
