import Dispatch
import NIOCore
import Synchronization
import TestSupport
import Testing
import VenusServer

@Suite("The slow hashes")
struct SecretHasherTests {
    private struct Counts {
        var running = 0
        var most = 0
        var done = 0
        var busy = 0
    }

    private final class Tally: Sendable {
        let counts = Mutex(Counts())
    }

    @Test("take half of the cores, of two at most, while sixteen wait; the others are told that we are busy")
    func bounded() async throws {
        #expect((1...2).contains(SecretHasher.maximumRunning) && SecretHasher.maximumWaiting == 16)
        #expect(SecretHasher.maximumRunning == 1 || 2 * SecretHasher.maximumRunning <= System.coreCount)
        let (hasher, tally, gate) = (SecretHasher(), Tally(), DispatchSemaphore(value: 0))
        let accepted = SecretHasher.maximumRunning + SecretHasher.maximumWaiting
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<accepted + 22 {
                group.addTask {
                    do {
                        try await hasher.run {
                            tally.counts.withLock {
                                $0.running += 1
                                $0.most = max($0.most, $0.running)
                            }
                            gate.wait()
                            tally.counts.withLock {
                                $0.running -= 1
                                $0.done += 1
                            }
                        }
                    } catch let problem as Problem where problem == .busy {
                        tally.counts.withLock { $0.busy += 1 }
                    }
                }
            }
            defer { for _ in 0..<accepted + 22 { gate.signal() } }
            try await eventually(within: .seconds(60)) { () -> Bool? in
                // The pool's threads may be busy with what other tests do.
                tally.counts.withLock { $0.busy == 22 && $0.running == SecretHasher.maximumRunning } ? true : nil
            }
        }
        let counts = tally.counts.withLock { $0 }
        #expect(counts.done == accepted)
        #expect(counts.most == SecretHasher.maximumRunning)
    }
}
