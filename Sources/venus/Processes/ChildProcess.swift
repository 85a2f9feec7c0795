import Foundation
import Glibc

/// A program that we started. Its standard streams are ours, except where `output` is a pipe.
final class ChildProcess: Sendable {
    /// How a program ended.
    enum Exit: Sendable, Equatable {
        case status(Int32)
        case signal(Int32)

        /// The status a shell would report: 128 + the signal's number for a program that a signal ended.
        var shellStatus: Int32 {
            switch self {
            case .status(let status): status
            case .signal(let signal): 128 + signal
            }
        }
    }

    struct SpawnError: Error, CustomStringConvertible {
        let program: String
        let code: Int32
        var description: String { "cannot start \(program): \(String(cString: strerror(code)))" }
    }

    /// `POSIX_SPAWN_SETSID` of glibc's spawn.h, which Swift's module of it leaves out.
    private static let newSession: Int32 = 0x80

    let pid: pid_t
    /// Reading end of the program's standard output, where one was asked for; owned by whoever takes it.
    let output: Int32?

    /// Starts a program found on PATH.
    ///
    /// - Parameters:
    ///   - ownSession: away from our terminal and process group, so that Ctrl-C reaches only us.
    ///   - pipeOutput: read its standard output by ``output``.
    ///   - isSilent: nobody reads what it says, and it gets nothing to read.
    init(
        _ arguments: [String], environment: [String: String], ownSession: Bool = false, pipeOutput: Bool = false,
        isSilent: Bool = false
    ) throws {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What we ignore or trap must not be inherited: the program starts as if from a shell.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGPIPE, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2] { sigaddset(&defaults, signal) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        var flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
        if ownSession { flags |= Self.newSession }
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if isSilent {
            for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
                posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0)
            }
        }
        var pipe: [Int32] = [-1, -1]
        if pipeOutput {
            guard Glibc.pipe(&pipe) == 0 else { throw SpawnError(program: arguments[0], code: errno) }
            for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO)
        }

        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, &envp)
        if pipe[1] >= 0 { close(pipe[1]) }
        guard code == 0 else {
            if pipe[0] >= 0 { close(pipe[0]) }
            throw SpawnError(program: arguments[0], code: code)
        }
        self.pid = pid
        output = pipeOutput ? pipe[0] : nil
    }

    func send(_ signal: Int32) { kill(pid, signal) }

    /// Waits for the end; call it once.
    func wait() async -> Exit {
        let pid = pid
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var status: Int32 = 0
                while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                let signal = status & 0x7F
                continuation.resume(returning: signal == 0 ? .status((status >> 8) & 0xFF) : .signal(signal))
            }
        }
    }
}
