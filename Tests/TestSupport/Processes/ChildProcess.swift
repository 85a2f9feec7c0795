import Foundation
public import Glibc
import Synchronization

/// A process that the test started: in a process group of its own, its outputs captured. When the value goes away or
/// the test process ends, it is killed, with its group.
public final class ChildProcess: Sendable {
    public let pid: pid_t
    public let name: String
    public let standardOutput = CapturedOutput()
    public let standardError = CapturedOutput()
    private let state: ProcessState

    private final class ProcessState: Sendable {
        let status = Mutex<ExitStatus?>(nil)
        let drained = Atomic<Int>(0)
    }

    /// Starts it.
    ///
    /// - Parameters:
    ///   - executable: a path, or a name that is looked up in `PATH`.
    ///   - environment: what is added to the test's own, from which `VENUS_…`, `OTEL_…` and proxy variables are taken.
    ///   - standardInput: what it reads; `nil`: nothing.
    ///   - endSignal: what ends it when the test process ends first.
    public init(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:],
        directory: String? = nil, standardInput: String? = nil, endSignal: Int32 = SIGKILL
    ) throws {
        name = (executable as NSString).lastPathComponent
        state = ProcessState()
        let output = try Self.makePipe()
        let errors = try Self.makePipe()
        let input = try standardInput.map { _ in try Self.makePipe() }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input.read, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output.write, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.write, 2)
        try SpawnActions.addCloseFrom(&actions, 3)
        if let directory { try SpawnActions.addChangeDirectory(&actions, directory) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        sigfillset(&defaults)
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var argv = ([executable] + arguments).map { strdup($0) } + [nil]
        var envp = Self.environment(adding: environment).map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, executable, &actions, &attributes, &argv, &envp)
        close(output.write)
        close(errors.write)
        if let input { close(input.read) }
        guard code == 0 else {
            for descriptor in [output.read, errors.read] + (input.map { [$0.write] } ?? []) { close(descriptor) }
            throw TestFailure("starting \(executable): \(String(cString: strerror(code)))")
        }
        self.pid = pid
        AtExit.add(process: pid, signal: endSignal)
        startThreads(output: output.read, errors: errors.read, input: input?.write, text: standardInput)
    }

    deinit {
        // Not reaped yet, so the id is still ours.
        state.status.withLock { if $0 == nil { kill(-pid, SIGKILL) } }
    }

    public var status: ExitStatus? { state.status.withLock { $0 } }
    public var isRunning: Bool { status == nil }

    /// Sends the signal to the process alone, or to its group; nothing happens when it has ended.
    public func signal(_ signal: Int32, group: Bool = false) {
        state.status.withLock { if $0 == nil { kill(group ? -pid : pid, signal) } }
    }

    /// Waits for the end, and for the outputs to be read where nobody else holds them open.
    @discardableResult
    public func waitForExit(within limit: Duration = .seconds(30)) async throws -> ExitStatus {
        do {
            let status = try await eventually(within: limit, poll: .milliseconds(5), "the end of \(name)") {
                self.status
            }
            try? await eventually(within: .seconds(1), poll: .milliseconds(2)) {
                state.drained.load(ordering: .acquiring) == 2
            }
            return status
        } catch { throw TestFailure("\(error)\n\(transcript)") }
    }

    /// Asks it to end, waits, and kills it at the deadline.
    @discardableResult
    public func stop(_ signal: Int32 = SIGTERM, within limit: Duration = .seconds(15)) async throws -> ExitStatus {
        self.signal(signal)
        do { return try await waitForExit(within: limit) } catch {
            self.signal(SIGKILL, group: true)
            try await waitForExit(within: .seconds(5))
            throw TestFailure("\(name) did not end within \(limit) of signal \(signal)\n\(transcript)")
        }
    }

    /// The first complete line, of either output, for which `matches` answers; fails when the process ends first.
    @discardableResult
    public func waitForLine(
        within limit: Duration = .seconds(20), _ what: String = "the line", where matches: (String) -> Bool
    ) async throws -> String {
        let deadline = ContinuousClock.now + limit
        while true {
            let ended = !isRunning && state.drained.load(ordering: .acquiring) == 2
            for output in [standardOutput, standardError] {
                if let line = output.lines.first(where: matches) { return line }
            }
            if ended || ContinuousClock.now > deadline {
                throw TestFailure(
                    "\(what) did not come from \(name) (\(status.map(String.init(describing:)) ?? "running"))\n\(transcript)"
                )
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// The ends of both outputs, for messages.
    public var transcript: String {
        "--- stdout of \(name)\n\(standardOutput.text.suffix(4_000))\n--- stderr of \(name)\n\(standardError.text.suffix(4_000))"
    }

    private func startThreads(output: Int32, errors: Int32, input: Int32?, text: String?) {
        let (state, pid) = (state, pid)
        for (descriptor, captured) in [(output, standardOutput), (errors, standardError)] {
            startThread {
                captured.drain(descriptor)
                state.drained.add(1, ordering: .releasing)
            }
        }
        startThread {
            // WNOWAIT first: the id stays ours until the status is set under the lock, so no signal goes astray.
            var info = siginfo_t()
            while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
            state.status.withLock {
                var status: Int32 = 0
                while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
                $0 = ExitStatus(waitStatus: status)
            }
            AtExit.remove(process: pid)
        }
        guard let input, let text else { return }
        startThread {
            Glibc.signal(SIGPIPE, SIG_IGN)
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let count = bytes.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
                if count <= 0 { break }
                bytes = bytes.dropFirst(count)
            }
            close(input)
        }
    }

    private static func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw systemFailure("pipe") }
        return (ends[0], ends[1])
    }

    private static func environment(adding own: [String: String]) -> [String: String] {
        var all = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("VENUS_") && !name.hasPrefix("OTEL_") && !name.lowercased().hasSuffix("_proxy")
        }
        all.merge(own) { $1 }
        return all
    }
}
