import NIOCore
import NIOPosix

/// Runs the slow hashes off every loop, one or two at a time: each holds a core and 32 MiB.
package actor SecretHasher {
    /// Hashes at a time: they take half of the cores at most, but for a machine that has one.
    package static let maximumRunning = max(1, min(2, System.coreCount / 2))
    /// Callers that may wait for their turn; further ones are told that we are busy.
    package static let maximumWaiting = 16

    private var running = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init() {}

    /// - Throws: ``Problem/busy``, or what the hash throws.
    package func run<Value: Sendable>(_ hash: @escaping @Sendable () throws -> Value) async throws -> Value {
        if running < Self.maximumRunning {
            running += 1
        } else {
            guard waiting.count < Self.maximumWaiting else { throw Problem.busy }
            // Whoever finishes hands its place on.
            await withCheckedContinuation { waiting.append($0) }
        }
        defer {
            if waiting.isEmpty { running -= 1 } else { waiting.removeFirst().resume() }
        }
        return try await NIOThreadPool.singleton.runIfActive(hash)
    }
}
