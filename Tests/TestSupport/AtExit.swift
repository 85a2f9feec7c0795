import Foundation
import Synchronization

/// What has to be cleared away when the test process ends before its owners did: by itself when it ends in order, by a
/// ``Watchdog`` when it crashes or is killed.
enum AtExit {
    private static let directories = Mutex<Set<String>>([])
    /// Process ids that we started and have not reaped, each the leader of its own group, with the signal to end it.
    private static let processes = Mutex<[pid_t: Int32]>([:])
    private static let watchdog: Watchdog? = {
        atexit { AtExit.clear() }
        return try? Watchdog()
    }()

    static func add(directory: String) {
        directories.withLock { _ = $0.insert(directory) }
        watchdog?.tell("+directory \(directory)")
    }

    static func remove(directory: String) {
        directories.withLock { _ = $0.remove(directory) }
        watchdog?.tell("-directory \(directory)")
    }

    static func add(process: pid_t, signal: Int32) {
        processes.withLock { $0[process] = signal }
        watchdog?.tell("+process \(process)")
    }

    static func remove(process: pid_t) {
        processes.withLock { _ = $0.removeValue(forKey: process) }
        watchdog?.tell("-process \(process)")
    }

    private static func clear() {
        let alive = processes.withLock { $0 }
        for (pid, signal) in alive { kill(pid, signal) }
        // Reaping is the waiting threads' work; give them a moment, then insist.
        for _ in 0..<150 where processes.withLock({ !$0.isEmpty }) { usleep(20_000) }
        for pid in processes.withLock({ Array($0.keys) }) { kill(-pid, SIGKILL) }
        for path in directories.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
    }
}
