import CLinux
import Synchronization

/// What became of a name.
package enum Resolution: Sendable, Hashable {
    /// In the order in which to try them; at least one. Good until the time.
    case addresses([IPAddress], expire: SteadyTime)
    /// The name does not exist, or could not be resolved.
    case failed
}

/// For whom a name is resolved.
struct ResolutionTicket: Sendable, Hashable {
    var client: Int32
    var generation: UInt32
    var target: Int32
}

/// Resolves names on threads of its own, so that a slow name server delays nobody else, and remembers the answers.
///
/// Bounded: threads, names remembered, and names that wait for a thread. A name that is asked for by many is looked up
/// once. Shared by all loops.
package final class Resolver: Sendable {
    /// Looks a name up; may block. `nil` where there is no answer.
    package typealias Lookup = @Sendable (String) -> [IPAddress]?

    package struct Limits: Sendable {
        package var threads = 8
        package var names = 4_096
        package var waiting = 1_024
        /// Microseconds.
        package var lifetime: UInt64 = 30_000_000
        package var negativeLifetime: UInt64 = 1_000_000
        package init() {}
    }

    private struct State {
        var known: [[UInt8]: Answer] = [:]
        /// Who waits for each name that is being looked up.
        var pending: [[UInt8]: [@Sendable (Resolution) -> Void]] = [:]
        var queue: [[UInt8]] = []
        var threads = 0
        var idleThreads = 0
        var isStopped = false
    }

    private struct Answer {
        var resolution: Resolution
        var expire: SteadyTime
    }

    private let limits: Limits
    private let lookup: Lookup
    private let state = Mutex(State())
    private let work = Semaphore()

    package init(limits: Limits, lookup: @escaping Lookup = Resolver.system) {
        self.limits = limits
        self.lookup = lookup
    }

    /// The system's own resolver: hosts file, name servers, whatever it is told to ask.
    package static let system: Lookup = { name in
        withUnsafeTemporaryAllocation(of: clinux_address.self, capacity: 32) { addresses in
            let count = clinux_resolve(name, addresses.baseAddress, 32)
            return count > 0 ? addresses.prefix(Int(count)).map { IPAddress($0) } : nil
        }
    }

    /// The answer, if it is known; otherwise `deliver` gets it later, on a thread of the resolver.
    package func resolve(
        _ name: [UInt8], now: SteadyTime, deliver: @escaping @Sendable (Resolution) -> Void
    ) -> Resolution? {
        let (answer, needsThread) = state.withLock { state -> (Resolution?, Bool) in
            if let answer = state.known[name], answer.expire > now { return (answer.resolution, false) }
            if state.pending[name] != nil {
                state.pending[name]?.append(deliver)
                return (nil, false)
            }
            guard !state.isStopped, state.queue.count < limits.waiting else { return (.failed, false) }
            state.pending[name] = [deliver]
            state.queue.append(name)
            guard state.idleThreads < state.queue.count, state.threads < limits.threads else { return (nil, false) }
            state.threads += 1
            return (nil, true)
        }
        if answer == nil { work.signal() }
        if needsThread { startThread() }
        return answer
    }

    /// Lets the threads end; those inside a lookup end after it.
    package func stop() {
        let threads = state.withLock { state in
            state.isStopped = true
            state.queue = []
            return state.threads
        }
        for _ in 0..<threads { work.signal() }
    }

    /// Remembers an answer; a full memory forgets what has expired, and if need be any other.
    private func remember(_ answer: Answer, for name: [UInt8], in state: inout State, now: SteadyTime) {
        if state.known[name] == nil, state.known.count >= limits.names {
            state.known = state.known.filter { $0.value.expire > now }
            if state.known.count >= limits.names, let other = state.known.keys.first { state.known[other] = nil }
        }
        state.known[name] = answer
    }

    private func startThread() {
        do {
            try Thread(name: "venus-dns") { self.run() }.detach()
        } catch {
            state.withLock { $0.threads -= 1 }
        }
    }

    private func run() {
        while true {
            state.withLock { $0.idleThreads += 1 }
            work.wait()
            let (name, isStopped) = state.withLock { state -> ([UInt8]?, Bool) in
                state.idleThreads -= 1
                if state.isStopped {
                    state.threads -= 1
                    return (nil, true)
                }
                return (state.queue.isEmpty ? nil : state.queue.removeFirst(), false)
            }
            if isStopped { return }
            guard let name else { continue }
            let addresses = lookup(String(decoding: name, as: UTF8.self)) ?? []
            let now = SteadyTime.now
            let expire = now + (addresses.isEmpty ? limits.negativeLifetime : limits.lifetime)
            let resolution: Resolution = addresses.isEmpty ? .failed : .addresses(addresses, expire: expire)
            let waiting = state.withLock { state in
                remember(Answer(resolution: resolution, expire: expire), for: name, in: &state, now: now)
                return state.pending.removeValue(forKey: name) ?? []
            }
            for deliver in waiting { deliver(resolution) }
        }
    }
}
