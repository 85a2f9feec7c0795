import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Synchronization

/// Keeps the proxy running as a process of its own, so that nothing but the proxy itself can interrupt the
/// application's traffic: it outlives us when we are killed, and the next supervisor's proxy takes over from it.
final class ProxySupervisor: Service {
    private let arguments: [String]
    private let environment: [String: String]
    private let logger: Logger
    private let state: Mutex<State>

    private struct State {
        var child: ChildProcess?
        /// Where the proxy listened first, once it did: there it listens again, though the configuration let it choose.
        var address: String?
        var isStopping = false
    }

    /// - Parameter arguments: the proxy's command line, the program first.
    init(arguments: [String], environment: [String: String], logger: Logger) {
        self.arguments = arguments
        self.environment = environment
        self.logger = logger
        state = Mutex(State())
    }

    /// Starts the proxy for the first time and returns the address that it prints. Throws when it ends instead.
    func start() async throws -> String {
        let child = try spawn()
        guard let address = await Self.firstAddress(from: child.output) else {
            let exit = await child.wait()
            throw CommandFailure("the proxy did not start (exit status \(exit.shellStatus)); its log lines say why")
        }
        state.withLock { $0.address = address.split(separator: "/").last.map(String.init) }
        return address
    }

    /// Starts the proxy again whenever it ends, until a shutdown, graceful or not; then stops it and waits for its end.
    func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            var pause = Duration.seconds(1)
            while true {
                guard let child = state.withLock({ $0.child }) else { return }
                let began = ContinuousClock.now
                let exit = await child.wait()
                if state.withLock({ $0.isStopping }) { return }
                logger.error("proxy ended; starting it again", metadata: ["status": "\(exit.shellStatus)"])
                if began.duration(to: .now) > .seconds(30) { pause = .seconds(1) }
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(30))
                if state.withLock({ $0.isStopping }) { return }
                do {
                    let next = try spawn()
                    _ = await Self.firstAddress(from: next.output)
                } catch {
                    logger.error("proxy cannot be started", metadata: ["reason": "\(error)"])
                }
            }
        } onCancelOrGracefulShutdown: {
            self.state.withLock { state in
                state.isStopping = true
                state.child?.send(SIGTERM)
            }
        }
    }

    private func spawn() throws -> ChildProcess {
        // Of a flag that is given twice, the last counts.
        let place = state.withLock { $0.address }.map { ["--proxy-listen", $0] } ?? []
        let child = try ChildProcess(arguments + place, environment: environment, ownSession: true, pipeOutput: true)
        state.withLock { state in
            state.child = child
            if state.isStopping { child.send(SIGTERM) }
        }
        return child
    }

    /// Reads the line `Proxy  http://…` from the proxy's standard output, on a thread of its own; `nil` at its end.
    private static func firstAddress(from output: Int32?) async -> String? {
        guard let output else { return nil }
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var text: [UInt8] = []
                var byte: UInt8 = 0
                while text.count < 1_024, read(output, &byte, 1) == 1, byte != UInt8(ascii: "\n") { text.append(byte) }
                close(output)
                let line = String(decoding: text, as: UTF8.self)
                continuation.resume(returning: line.split(separator: " ").last.map(String.init))
            }
        }
    }
}
