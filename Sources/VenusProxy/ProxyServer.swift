import CLinux
import Glibc
package import Logging
import Synchronization
import VenusCore

/// The data plane: a forward proxy for HTTP/1.1 and CONNECT on threads of its own.
///
/// Started once and stopped once. Every call is recorded through its service's shipper, if there are any; the proxy
/// never waits for it.
public final class ProxyServer: Sendable {
    private let configuration: ProxyConfiguration
    private let shippers: CallShippers?
    private let keys: Mutex<ServiceKeys?>
    private let interception: Interception?
    private let policy: Mutex<EgressPolicy>
    private let accessTally = AccessTally()
    private let logger: Logger
    private let resolver: Resolver
    private let state = Mutex(State.new)

    private enum State {
        case new
        case running([Loop], Listening)
        case stopped
    }

    /// Where the loops listen, and on how many sockets.
    private struct Listening: Sendable {
        var address: IPAddress
        var port: UInt16
        var count: Int

        /// Whether another proxy listens there as well.
        var isShared: Bool { ListenerGroup.count(on: address, port: port) > count }
    }

    private struct Loop: Sendable {
        var thread: Thread
        var mailbox: LoopMailbox
        var end: LoopEnd
    }

    /// Tells that a loop's thread has nothing left to do.
    private final class LoopEnd: Sendable {
        private let state = Mutex<(isOver: Bool, waiting: CheckedContinuation<Void, Never>?)>((false, nil))

        func signal() {
            let waiting = state.withLock { state in
                state.isOver = true
                return state.waiting.take()
            }
            waiting?.resume()
        }

        func wait() async {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if !state.isOver { state.waiting = continuation }
                    return state.isOver
                }
                if isOver { continuation.resume() }
            }
        }
    }

    /// `shippers`: where calls are recorded; `nil` forwards without recording.
    /// `keys`: of the services that may use it; `nil`: everybody may, as the proxy's own service.
    /// `policy`: who may call what.
    /// `interception`: of which tunnels; `nil`: of none.
    package convenience init(
        configuration: ProxyConfiguration, shippers: CallShippers?, keys: ServiceKeys? = nil,
        policy: EgressPolicy = EgressPolicy(), interception: Interception? = nil, logger: Logger
    ) {
        self.init(
            configuration: configuration, shippers: shippers, keys: keys, policy: policy, interception: interception,
            logger: logger,
            lookup: Resolver.system)
    }

    /// With a resolver of one's own.
    package init(
        configuration: ProxyConfiguration, shippers: CallShippers?, keys: ServiceKeys? = nil,
        policy: EgressPolicy = EgressPolicy(), interception: Interception? = nil, logger: Logger,
        lookup: @escaping Resolver.Lookup
    ) {
        self.configuration = configuration
        self.shippers = shippers
        self.keys = Mutex(keys)
        self.interception = interception
        self.policy = Mutex(policy)
        self.logger = logger
        var limits = Resolver.Limits()
        limits.threads = max(1, configuration.resolverThreads)
        limits.names = max(1, configuration.maximumResolvedNames)
        limits.lifetime = configuration.dnsLifetime.microseconds
        limits.negativeLifetime = configuration.dnsNegativeLifetime.microseconds
        let others: Resolver.Source = { name throws(LookupError) in try lookup(name).map { NameAnswer($0) } }
        resolver = Resolver(
            source: configuration.names.source(others: others, within: configuration.dnsTimeout.microseconds),
            limits: limits)
    }

    /// Listens and forwards from now on. Throws ``ProxyError``.
    public func start() throws -> BoundAddress {
        try state.withLock { state in
            guard case .new = state else { throw ProxyError(.state, "the proxy was started before") }
            signal(SIGPIPE, SIG_IGN)
            raiseDescriptorLimit()
            let address = try listenAddress()
            let contexts = try interception.map { try InterceptionContexts($0.rules) }
            let count = loopCount
            let parentTLS = try parentTLS()
            let (listeners, port) = try openListeners(loops: count, on: address)
            let pseudonym = "venus-" + String(UInt32.random(in: .min ... .max), radix: 16)
            var settings = LoopSettings(
                configuration, loops: count, address: address, port: port, pseudonym: pseudonym)
            settings.contexts = contexts
            settings.parentTLS = parentTLS
            var loops: [Loop] = []
            do {
                for place in 0..<count {
                    let own = stride(from: place, to: listeners.count, by: count).map { listeners[$0] }
                    loops.append(try startLoop(settings, listeners: own))
                }
            } catch {
                for place in listeners.indices where place % count >= loops.count { Socket.close(listeners[place]) }
                for loop in loops { loop.mailbox.post(.shutDown(deadline: .zero, isFollowed: false)) }
                for loop in loops { loop.thread.join() }
                throw error
            }
            state = .running(loops, Listening(address: address, port: port, count: listeners.count))
            return BoundAddress(host: address.text, port: port)
        }
    }

    /// Stops: no new connection from now on, or from the end of the grace time where another proxy takes over; idle
    /// ones are closed, calls under way may take until `limit` and are then cut off. Returns when everything is
    /// recorded and the threads have ended.
    public func shutDown(within limit: Duration) async {
        let (loops, isFollowed) = state.withLock { state -> ([Loop], Bool) in
            defer { state = .stopped }
            if case .running(let loops, let listening) = state { return (loops, listening.isShared) }
            return ([], false)
        }
        let deadline = SteadyTime.now + limit.microseconds
        for loop in loops { loop.mailbox.post(.shutDown(deadline: deadline, isFollowed: isFollowed)) }
        for loop in loops {
            await loop.end.wait()
            // Over in a moment: the thread has only to return.
            loop.thread.join()
        }
        resolver.stop()
        interception?.stop()
    }

    /// Other keys hold, on every loop, in a moment. Tunnels that are open go on.
    public func replaceKeys(_ keys: ServiceKeys) {
        self.keys.withLock { $0 = keys }
        state.withLock { state in
            guard case .running(let loops, _) = state else { return }
            for loop in loops { loop.mailbox.post(.keys(keys)) }
        }
    }

    /// Another policy holds, on every loop, in a moment. Tunnels that are open go on.
    package func replacePolicy(_ policy: EgressPolicy) {
        self.policy.withLock { $0 = policy }
        state.withLock { state in
            guard case .running(let loops, _) = state else { return }
            for loop in loops { loop.mailbox.post(.policy(policy)) }
        }
    }

    /// Requests that were refused for their credentials since the start.
    public var refusedForCredentials: UInt64 { accessTally.refused.load(ordering: .relaxed) }

    /// What sessions of TLS with upstream proxies begin from; `nil` where there are none.
    private func parentTLS() throws(ProxyError) -> TLSContext? {
        guard configuration.upstreams.rules.contains(where: { $0.proxy.kind == .https }) else { return nil }
        return try TLSContext.client(trust: configuration.upstreams.trustFile.map { [$0] } ?? [])
    }

    private var loopCount: Int {
        if configuration.loops > 0 { return configuration.loops }
        return min(16, max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    }

    /// Two descriptors a call, and some beside: as many as the system lets us have without asking.
    private func raiseDescriptorLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return }
        let wanted = min(limit.rlim_max, rlim_t(2 * max(0, configuration.maximumClients) + 1_024))
        guard limit.rlim_cur < wanted else { return }
        limit.rlim_cur = wanted
        setrlimit(resource, &limit)
    }

    private func listenAddress() throws(ProxyError) -> IPAddress {
        if let address = IPAddress(configuration.host) { return address }
        guard let address = (try? Resolver.system(configuration.host))?.first else {
            throw ProxyError(.address, "cannot listen on \(configuration.host): it is no address of this machine")
        }
        return address
    }

    /// One listener a loop, all on the same port: the system spreads connections over them. Behind another proxy, at
    /// least as many as it has, and from now on new connections come to us.
    private func openListeners(loops: Int, on address: IPAddress) throws(ProxyError) -> ([Int32], port: UInt16) {
        var listeners: [Int32] = []
        var port = configuration.port
        let existing = port == 0 ? 0 : ListenerGroup.count(on: address, port: port)
        for _ in 0..<ListenerGroup.listenersNeeded(loops: loops, existing: existing) {
            let listener = Socket.listen(on: address, port: port, backlog: 4_096)
            guard listener >= 0 else {
                for listener in listeners { Socket.close(listener) }
                throw ProxyError(
                    .address,
                    "cannot listen on \(BoundAddress(host: configuration.host, port: port)): "
                        + "\(Socket.describe(-listener)); choose another address or port")
            }
            listeners.append(listener)
            if port == 0 { port = UInt16(clamping: max(0, clinux_local_port(listener))) }
        }
        if existing > 0 {
            let isSteered = ListenerGroup.steer(to: listeners, behind: existing)
            logger.notice(
                "another proxy listens here; taking over from it",
                metadata: ["listeners": "\(existing)", "new_connections": isSteered ? "come here" : "are shared"])
        }
        return (listeners, port)
    }

    private func startLoop(_ settings: LoopSettings, listeners: [Int32]) throws(ProxyError) -> Loop {
        let mailbox = try LoopMailbox()
        let end = LoopEnd()
        let keys = keys.withLock { $0 }
        let policy = policy.withLock { $0 }
        let thread = try Thread(name: "venus-loop") { [shippers, interception, accessTally, logger, resolver] in
            defer { end.signal() }
            do {
                var loop = try EventLoop(
                    settings: settings, listeners: listeners, mailbox: mailbox, resolver: resolver,
                    shippers: shippers, keys: keys, policy: policy, interception: interception,
                    accessTally: accessTally, logger: logger)
                loop.run()
            } catch {
                logger.critical("a loop could not start", metadata: ["error": "\(error)"])
                for listener in listeners { Socket.close(listener) }
            }
        }
        return Loop(thread: thread, mailbox: mailbox, end: end)
    }
}
