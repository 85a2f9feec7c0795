import Foundation

/// A shell that reads from a pipe what we have started, and clears it away when the pipe ends without us having done
/// so: then the test process has crashed or was killed.
final class Watchdog: Sendable {
    private let descriptor: Int32

    private static let script = """
        trap '' INT TERM HUP QUIT
        processes= directories=
        without() { kept=; for each in $1; do [ "$each" = "$2" ] || kept="$kept $each"; done; }
        while read -r what value; do
            case $what in
                +process) processes="$processes $value" ;;
                -process) without "$processes" "$value"; processes=$kept ;;
                +directory) directories="$directories $value" ;;
                -directory) without "$directories" "$value"; directories=$kept ;;
            esac
        done
        for each in $processes; do kill -KILL "-$each"; done
        for each in $directories; do
            for file in $(grep -lzs "^VENUS_DATA=$each/" /proc/[0-9]*/environ); do
                file=${file#/proc/}; kill -KILL "${file%/environ}"
            done
            rm -rf "$each"
        done
        """

    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw systemFailure("pipe") }
        descriptor = ends[1]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        for output: Int32 in [1, 2] { posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0) }
        try SpawnActions.addCloseFrom(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own: what ends ours must not end it.
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup("-c"), strdup(Self.script), nil]
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/bin/sh", &actions, &attributes, &arguments, environ)
        close(ends[0])
        guard code == 0 else {
            close(descriptor)
            throw TestFailure("starting /bin/sh: \(String(cString: strerror(code)))")
        }
        // Should the shell be gone, writing to it must not end us.
        signal(SIGPIPE, SIG_IGN)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// One line; short enough to be written at once.
    func tell(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(descriptor, bytes, bytes.count)
    }
}
