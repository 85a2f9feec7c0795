import CLinux
import COpenSSL
import Synchronization

/// What became of a leaf that was asked for.
package enum LeafAnswer: Sendable {
    case leaf(LeafCertificate)
    /// Too many wait for a leaf already: the tunnel is passed through.
    case busy
    /// OpenSSL could not make it: no memory, no randomness.
    case failed(CertificateError)
}

/// Makes leaf certificates on a thread of its own, so that no loop ever signs one, and remembers them.
///
/// Bounded: leaves remembered, in number and in bytes, and names that wait for one. Names that are asked for by many at
/// a time get one leaf. Shared by all loops.
package final class LeafCertificates: Sendable {
    package struct Limits: Sendable {
        /// Leaves remembered.
        package var leaves = 1_024
        package var bytes = 8 << 20
        /// Names that wait for their leaf.
        package var waiting = 256
        /// Seconds from which on a leaf is made anew, of its 197 days that lie ahead.
        package var renewal: Int64 = 30 * 86_400
        package init() {}
    }

    /// Gives the seconds since the epoch.
    package typealias Clock = @Sendable () -> Int64

    private struct State {
        var known: RecencyTable<LeafNames, LeafCertificate>
        /// Who waits for each leaf that is being made.
        var pending: [LeafNames: [@Sendable (LeafAnswer) -> Void]] = [:]
        var queue: [LeafNames] = []
        var hasThread = false
        var isStopped = false
        var made = 0
    }

    package let authority: CertificateAuthority
    private let key: PrivateKey
    private let limits: Limits
    private let clock: Clock
    private let state: Mutex<State>
    private let work = Semaphore()

    /// Makes the key that all leaves share; it lives as long as this object.
    package init(
        authority: CertificateAuthority, limits: Limits = Limits(),
        clock: @escaping Clock = { clinux_wall_microseconds() / 1_000_000 }
    ) throws(CertificateError) {
        self.authority = authority
        self.limits = limits
        self.clock = clock
        key = try PrivateKey.make()
        state = Mutex(State(known: RecencyTable(maximumEntries: limits.leaves, maximumBytes: limits.bytes)))
    }

    /// The leaf for these names, if it is known, or that it is not to be had; otherwise `deliver` gets the answer
    /// later, on the thread that makes leaves.
    package func leaf(
        for names: LeafNames, deliver: @escaping @Sendable (LeafAnswer) -> Void
    ) -> LeafAnswer? {
        let now = clock()
        let (answer, needsThread) = state.withLock { state -> (LeafAnswer?, Bool) in
            if let leaf = state.known.use(names), now < leaf.renewAt { return (.leaf(leaf), false) }
            if state.pending[names] != nil {
                state.pending[names]?.append(deliver)
                return (nil, false)
            }
            guard !state.isStopped, state.queue.count < limits.waiting else { return (.busy, false) }
            state.pending[names] = [deliver]
            state.queue.append(names)
            defer { state.hasThread = true }
            return (nil, !state.hasThread)
        }
        guard answer == nil else { return answer }
        if needsThread { startThread() }
        work.signal()
        return nil
    }

    /// Ends the thread. Who waits then is told that there is none to be had.
    package func stop() {
        let (pending, hasThread) = state.withLock { state in
            state.isStopped = true
            state.queue = []
            defer { state.pending = [:] }
            return (state.pending, state.hasThread)
        }
        for deliver in pending.values.joined() { deliver(.busy) }
        if hasThread { work.signal() }
    }

    /// How many leaves are remembered, the bytes that they take, about, and how many have been made.
    package var usage: (leaves: Int, bytes: Int, made: Int) {
        state.withLock { ($0.known.count, $0.known.bytes, $0.made) }
    }

    private func startThread() {
        do {
            try Thread(name: "venus-leaves") { self.run() }.detach()
        } catch {
            let pending = state.withLock { state in
                state.hasThread = false
                state.queue = []
                defer { state.pending = [:] }
                return state.pending
            }
            for deliver in pending.values.joined() { deliver(.busy) }
        }
    }

    private func run() {
        while true {
            work.wait()
            let (names, isStopped) = state.withLock { state in
                (state.queue.isEmpty ? nil : state.queue.removeFirst(), state.isStopped)
            }
            if isStopped { return }
            guard let names else { continue }
            finish(names, make(names))
        }
    }

    private func make(_ names: LeafNames) -> LeafAnswer {
        let now = clock()
        do throws(CertificateError) {
            let certificate = try authority.issue(for: names, key: key, now: now)
            return .leaf(
                LeafCertificate(certificate: certificate, key: key, names: names, renewAt: now + limits.renewal))
        } catch {
            return .failed(error)
        }
    }

    private func finish(_ names: LeafNames, _ answer: LeafAnswer) {
        let waiting = state.withLock { state in
            if case .leaf(let leaf) = answer {
                state.known.set(names, leaf, bytes: leaf.bytes)
                state.made += 1
            }
            return state.pending.removeValue(forKey: names) ?? []
        }
        for deliver in waiting { deliver(answer) }
    }
}
