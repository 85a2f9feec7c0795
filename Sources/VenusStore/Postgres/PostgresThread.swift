import Dispatch
import Foundation
import Synchronization

/// A thread of its own, on which one actor runs: what blocks there, blocks nobody else.
///
/// Its queue is as long as the actor has callers; ``PostgresPool`` gives a connection to one at a time.
final class PostgresThread: SerialExecutor {
    private let jobs = Mutex<[UnownedJob]>([])
    /// Signalled once for every job, and once more for the end.
    private let wakeUps = DispatchSemaphore(value: 0)

    init() {
        let thread = Thread { [self] in run() }
        thread.name = "postgres"
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        wakeUps.signal()
    }

    /// Ends the thread once all jobs are done; there may be none afterwards.
    func stop() { wakeUps.signal() }

    private func run() {
        while true {
            wakeUps.wait()
            guard let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return }
            job.runSynchronously(on: asUnownedSerialExecutor())
        }
    }
}
