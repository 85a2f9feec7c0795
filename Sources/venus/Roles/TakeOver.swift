import Glibc
import Logging

/// How a new proxy follows one that an earlier supervisor left behind: it listens beside it (`SO_REUSEPORT`), then has
/// the old one stop, which finishes its calls first.
enum TakeOver {
    /// Call it when the new proxy listens. Returns the lock that marks it as this directory's proxy.
    ///
    /// - Parameter patience: how long the old proxy may take to finish.
    static func proxy(lockFile: String, patience: Duration, logger: Logger) async throws -> FileLock? {
        if let lock = try FileLock(path: lockFile) { return lock }
        if let holder = FileLock.holder(path: lockFile) {
            logger.notice("taking over from the proxy that was left running", metadata: ["pid": "\(holder)"])
            kill(holder, SIGTERM)
        }
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline {
            if let lock = try FileLock(path: lockFile) { return lock }
            try await Task.sleep(for: .milliseconds(20))
        }
        logger.warning("the proxy that was left running does not end; both listen")
        return nil
    }
}
