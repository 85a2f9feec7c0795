import Foundation
public import Glibc

/// The data directory of a command of ours on a disk of a few megabytes, in memory, that it and its children alone see:
/// so that it can be full.
///
/// It needs mount namespaces: root's own, or those of a user who may make some.
public struct SmallDisk: Sendable {
    private let root: String

    /// The disk of a process that was started behind ``wrapper(megabytes:)``.
    ///
    /// - Parameter path: of its data directory, as it sees it.
    public init(_ path: String, of process: pid_t) { root = "/proc/\(process)/root\(path)" }

    /// What to put before a command to give it a disk at `$VENUS_DATA`.
    public static func wrapper(megabytes: Int) -> [String] {
        let script = """
            mkdir -p "$VENUS_DATA" && mount -t tmpfs -o size=\(megabytes)m,mode=700 none "$VENUS_DATA" && exec "$@"
            """
        return unshare + ["sh", "-c", script, "sh"]
    }

    /// Whether this machine lets us have one.
    public static let isPossible: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = unshare + ["mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    private static let unshare =
        getuid() == 0 ? ["unshare", "--mount"] : ["unshare", "--user", "--map-root-user", "--mount"]

    /// Leaves no byte free.
    public func fill() throws {
        let descriptor = open(file("filler"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw systemFailure("the filler") }
        defer { close(descriptor) }
        let zeros = [UInt8](repeating: 0, count: 4_096)
        while write(descriptor, zeros, zeros.count) > 0 {}
        guard errno == ENOSPC else { throw systemFailure("filling the disk") }
    }

    /// Gives the room back.
    public func free() throws {
        guard unlink(file("filler")) == 0 else { throw systemFailure("the filler") }
    }

    /// A file on the disk, as it is seen from outside.
    public func file(_ name: String) -> String { root + "/" + name }
}
