import Foundation
import Synchronization

/// What has to be cleared away when the test process ends before its owners did.
enum AtExit {
    static let directories = Mutex<Set<String>>([])
    /// Process ids that we started and have not reaped, each the leader of its own group, with the signal to end it.
    static let processes = Mutex<[pid_t: Int32]>([:])

    private static let installed: Void = { atexit { AtExit.clear() } }()

    static func install() { installed }

    private static func clear() {
        let alive = processes.withLock { $0 }
        for (pid, signal) in alive { kill(pid, signal) }
        // Reaping is the waiting threads' work; give them a moment, then insist.
        for _ in 0..<150 where processes.withLock({ !$0.isEmpty }) { usleep(20_000) }
        for pid in processes.withLock({ Array($0.keys) }) { kill(-pid, SIGKILL) }
        for path in directories.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
    }
}
