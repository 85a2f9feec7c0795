import CLinux
import Synchronization
package import VenusCore

/// What became of a name.
package enum Resolution: Sendable, Hashable {
    /// In the order in which to try them; at least one. Good until the time.
    case addresses([IPAddress], expire: SteadyTime)
    /// `dns_error`: the name does not exist, or the name servers could not tell; `dns_timeout`: they did not answer;
    /// `proxy_internal_error`: too many names wait already.
    case failed(ErrorType)
}

/// Why a lookup that may work later did not.
package enum LookupError: Error, Sendable {
    /// The name servers said that they cannot tell, or could not be asked.
    case failed
    /// The name servers did not answer.
    case timedOut
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
/// once. Names that were slow the last time share half of the threads, so that they cannot hold all of them. Shared by
/// all loops.
package final class Resolver: Sendable {
    /// Looks a name up; may block. `nil` where the name does not exist.
    package typealias Lookup = @Sendable (String) throws(LookupError) -> [IPAddress]?
    /// The same, with the time that the answer is good for.
    package typealias Source = @Sendable (String) throws(LookupError) -> NameAnswer?

    package struct Limits: Sendable {
        package var threads = 32
        package var names = 4_096
        package var waiting = 1_024
        /// Microseconds; less where the answer says so.
        package var lifetime: UInt64 = 30_000_000
        package var negativeLifetime: UInt64 = 1_000_000
        /// Microseconds after which a lookup counts as slow.
        package var slow: UInt64 = 500_000
        package init() {}
    }

    /// Threads that are kept while there is nothing to do.
    private static let idleThreads = 4

    private struct State {
        var known: [[UInt8]: Answer] = [:]
        /// Who waits for each name that is being looked up.
        var pending: [[UInt8]: [@Sendable (Resolution) -> Void]] = [:]
        var queue: [[UInt8]] = []
        /// Those whose last lookup was slow.
        var slowQueue: [[UInt8]] = []
        var slowUnderWay = 0
        var threads = 0
        var idleThreads = 0
        var isStopped = false

        var waiting: Int { queue.count + slowQueue.count }
    }

    private struct Answer {
        var resolution: Resolution
        var expire: SteadyTime
        var isSlow: Bool
    }

    private struct Work {
        var name: [UInt8]
        var isSlow: Bool
    }

    private let limits: Limits
    private let source: Source
    private let state = Mutex(State())
    private let work = Semaphore()

    package init(source: @escaping Source, limits: Limits) {
        self.limits = limits
        self.source = source
    }

    package convenience init(limits: Limits, lookup: @escaping Lookup = Resolver.system) {
        self.init(source: { name throws(LookupError) in try lookup(name).map { NameAnswer($0) } }, limits: limits)
    }

    /// The system's own resolver: hosts file, name servers, whatever it is told to ask.
    package static let system: Lookup = { name throws(LookupError) in
        let start = SteadyTime.now
        let (addresses, count) = withUnsafeTemporaryAllocation(of: clinux_address.self, capacity: 64) { addresses in
            let count = clinux_resolve(name, addresses.baseAddress, 64)
            return (addresses.prefix(Int(max(0, count))).map { IPAddress($0) }, count)
        }
        if count > 0 { return addresses }
        if count == -1 { return nil }
        // The system says "try again" for silent name servers and for those that cannot tell; it waits for silent ones
        // for a second at least.
        throw SteadyTime.now.since(start) >= 1_000_000 ? LookupError.timedOut : .failed
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
            guard !state.isStopped, state.waiting < limits.waiting else {
                return (.failed(.proxyInternalError), false)
            }
            state.pending[name] = [deliver]
            if state.known[name]?.isSlow == true { state.slowQueue.append(name) } else { state.queue.append(name) }
            guard state.idleThreads < state.waiting, state.threads < limits.threads else { return (nil, false) }
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
            state.slowQueue = []
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
        while waitForWork() {
            guard let work = takeWork() else { continue }
            let start = SteadyTime.now
            let resolution = resolution(of: work.name)
            finish(work, resolution, isSlow: SteadyTime.now.since(start) >= limits.slow)
        }
    }

    /// Sleeps until there may be something to do; `false` when the thread is not needed any more.
    private func waitForWork() -> Bool {
        let isNeeded = state.withLock { state in
            guard state.idleThreads < Self.idleThreads || state.waiting > 0 else {
                state.threads -= 1
                return false
            }
            state.idleThreads += 1
            return true
        }
        guard isNeeded else { return false }
        work.wait()
        return state.withLock { state in
            state.idleThreads -= 1
            if state.isStopped { state.threads -= 1 }
            return !state.isStopped
        }
    }

    private func takeWork() -> Work? {
        state.withLock { state in
            if !state.queue.isEmpty { return Work(name: state.queue.removeFirst(), isSlow: false) }
            guard !state.slowQueue.isEmpty, state.slowUnderWay < max(1, limits.threads / 2) else { return nil }
            state.slowUnderWay += 1
            return Work(name: state.slowQueue.removeFirst(), isSlow: true)
        }
    }

    private func resolution(of name: [UInt8]) -> Resolution {
        do {
            guard let answer = try source(String(decoding: name, as: UTF8.self)) else { return .failed(.dnsError) }
            let addresses = AddressOrder.interleaved(answer.addresses)
            guard !addresses.isEmpty else { return .failed(.dnsError) }
            let lifetime = min(limits.lifetime, answer.lifetime ?? limits.lifetime)
            return .addresses(addresses, expire: SteadyTime.now + lifetime)
        } catch {
            return .failed(error == .timedOut ? .dnsTimeout : .dnsError)
        }
    }

    private func finish(_ work: Work, _ resolution: Resolution, isSlow: Bool) {
        let now = SteadyTime.now
        let expire = if case .addresses(_, let expire) = resolution { expire } else { now + limits.negativeLifetime }
        let (waiting, isMoreToDo) = state.withLock { state in
            let answer = Answer(resolution: resolution, expire: expire, isSlow: isSlow)
            remember(answer, for: work.name, in: &state, now: now)
            if work.isSlow { state.slowUnderWay -= 1 }
            return (state.pending.removeValue(forKey: work.name) ?? [], !state.slowQueue.isEmpty)
        }
        // Somebody may have been woken for it while there were too many under way.
        if isMoreToDo { self.work.signal() }
        for deliver in waiting { deliver(resolution) }
    }
}
