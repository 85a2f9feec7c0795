import CLinux
import Glibc
import Logging
import VenusCore

/// One thread of the data plane: its own listeners, its own connections, its own pools, its own recorders.
///
/// A value without copies that lives on its thread's stack, so nothing on the hit path is counted, locked or checked
/// for exclusivity at run time. Connections are plain values in tables, at stable addresses, named by slots.
/// Level-triggered: a socket is tried first, and watched for only what would block. The rules are in the state
/// machines; this reads, writes, connects and wakes.
struct EventLoop: ~Copyable {
    let settings: LoopSettings
    let mailbox: LoopMailbox
    let resolver: Resolver
    let logger: Logger
    var poller: Poller
    let scratch = ScratchMemory()
    let window = TLSWindow()
    /// Usually one; more behind a proxy that had more loops.
    var listeners: [Int32]
    var clients = SlotTable<ClientConnection>()
    var upstreams = SlotTable<UpstreamConnection>()
    var negotiations = SlotTable<UpstreamNegotiation>()
    var observed = SlotTable<ObservedTunnel>()
    var sessions = SlotTable<TLSSession>()
    var intercepted = SlotTable<InterceptedTunnel>()
    var timers: TimerWheel
    var buffers: BufferPool
    var pipes = PipePool(maximum: 64)
    var targets: TargetTable
    var origins = SecureOrigins()
    var http2 = HTTP2Connections()
    var pool: UpstreamPoolStateMachine
    var fields = FieldTable()
    var recorders: ServiceRecorders
    /// Of the services that may use the proxy; `nil`: everybody may, as the proxy's own service.
    var keys: ServiceKeys?
    var credentialCache = CredentialCache()
    /// Of which tunnels, and with what; `nil`: of none.
    let interception: Interception?
    var policy: LoopPolicy
    let accessTally: AccessTally
    var wallClock = WallClock()
    var logLimit = LogLimit()
    /// The time of the event at hand.
    var now: SteadyTime
    /// Clients with bytes to look at after this batch of events.
    var queued: [Int32] = []
    /// Whether what is complete goes out at the end of this turn: it has several events.
    var defers = false
    /// What goes out at the end of this turn, about ``mostDeferred`` messages at most.
    var deferred: [DeferredMessage] = []
    /// Of ``deferred``, in the same order; empty but while they are sent.
    var batch: SendBatch
    /// Connections whose stream of TLS has ended behind the bytes that were read last.
    var ended: [EventToken] = []
    /// Clients that may open a connection, after the event at hand.
    var opening: [Int32] = []
    /// When the blocks that fill are handed over, at the latest.
    var flushAt = SteadyTime.distantFuture
    /// When the shipper is woken for those that were full before.
    var announceAt = SteadyTime.distantFuture
    /// When idle operations are forgotten; a loop that has nothing else to do does not wake for it.
    private var forgetAt: SteadyTime
    /// Blocks that had gone out full when ``flushAt`` was set.
    private var filledBlocks: UInt64 = 0
    /// When the listeners are watched again, after descriptors ran out.
    var acceptAgainAt = SteadyTime.distantFuture
    var isListening = false
    /// Clients beyond a limit, which wait for their refusal.
    var refused = 0
    /// When a limit that is reached is logged again.
    var limitLogAt = SteadyTime.zero
    /// Set once the loop stops: when what is under way is cut off.
    var stopAt: SteadyTime?
    /// When a loop that stops closes the connections that are idle, the next time.
    var sweepAt = SteadyTime.distantFuture
    /// Whether a loop that stops takes no further requests.
    var isPastGrace = false
    var date: HTTPDate
    var dateSecond: Int64 = -1

    /// How long a recorded call may wait for its block to fill.
    static let longestRecordingDelay: UInt64 = 100_000

    init(
        settings: LoopSettings, listeners: [Int32], mailbox: LoopMailbox, resolver: Resolver, shippers: CallShippers?,
        keys: ServiceKeys?, policy: EgressPolicy, interception: Interception?, accessTally: AccessTally, logger: Logger
    ) throws(ProxyError) {
        self.settings = settings
        self.listeners = listeners
        self.mailbox = mailbox
        self.resolver = resolver
        self.keys = keys
        self.interception = interception
        self.policy = LoopPolicy(policy, deniesLinkLocal: settings.deniesLinkLocal)
        self.accessTally = accessTally
        self.logger = logger
        poller = try Poller()
        batch = SendBatch(byRing: settings.usesRing)
        now = .now
        forgetAt = now + settings.operationIdle
        timers = TimerWheel(now: now)
        buffers = BufferPool(maximumBytes: settings.maximumBufferBytes, maximumFreeBytes: 4 << 20)
        http2.memory = HTTP2Memory(maximumBytes: settings.maximumBufferBytes)
        targets = TargetTable(
            maximum: settings.maximumDependencies,
            fixed: settings.parents.map { parent in
                var target = Target(host: parent.host, port: parent.port, isSecure: false)
                if let address = IPAddress(String(decoding: parent.host, as: UTF8.self)) {
                    target.setAddresses([address], expire: .distantFuture)
                }
                return target
            })
        pool = UpstreamPoolStateMachine(
            maximumPerTarget: settings.maximumConnectionsPerDependency, loops: settings.loops,
            maximumIdlePerTarget: settings.maximumIdlePerDependency)
        for place in settings.parents.indices {
            // No host has a blank in its name: a dependency of the same host and port is counted for itself.
            let name = Array("upstream proxy \(place)".utf8)
            pool.know(target: Int32(place), settings.connections.count(host: name, port: settings.parents[place].port))
        }
        date = HTTPDate(second: 0)
        recorders = ServiceRecorders(shippers)
    }

    /// Runs until it was told to stop and is done.
    mutating func run() {
        poller.add(mailbox.descriptor, Poller.readable, token: EventToken(.mailbox).rawValue)
        listen()
        while !isDone {
            let count = poller.wait(until: nextTime, now: now)
            now = .now
            for place in 0..<count {
                defers = count > 1
                handle(poller.event(at: place))
                if deferred.count >= Self.mostDeferred { sendDeferred() }
            }
            sendDeferred()
            expireTimers()
            openForWaiting()
            handleQueued()
            handleEnded()
            handleHTTP2()
            openForWaiting()
            flushRecorders()
        }
        recorders.flush()
    }

    private var isDone: Bool { stopAt != nil && clients.count == 0 && listeners.isEmpty }

    /// When there is something to do though nothing happens.
    private var nextTime: SteadyTime {
        if !queued.isEmpty || !ended.isEmpty || !http2.isIdle { return now }
        let recordingAt = min(flushAt, announceAt)
        return min(timers.next, min(recordingAt, acceptAgainAt), min(sweepAt, stopAt ?? .distantFuture))
    }

    @inline(__always)
    private mutating func handle(_ event: (token: UInt64, flags: UInt32)) {
        let token = EventToken(rawValue: event.token)
        let slot = token.slot
        switch token.kind {
        case .client:
            guard clients.generation(of: slot) == token.generation, clients.isUsed(slot) else { return }
            now = .now
            clientEvent(slot, event.flags)
        case .upstream:
            guard upstreams.generation(of: slot) == token.generation, upstreams.isUsed(slot) else { return }
            now = .now
            upstreamEvent(slot, event.flags)
        case .listener: acceptClients(at: Int(slot))
        case .timer: poller.timerFired()
        case .mailbox: for message in mailbox.takeAll() { handle(message) }
        }
    }

    private mutating func handle(_ message: LoopMessage) {
        switch message {
        case .resolved(let ticket, let resolution): nameResolved(ticket, resolution)
        case .leaf(let ticket, let answer): leafCame(ticket, answer)
        case .shutDown(let deadline, let isFollowed): beginStopping(deadline: deadline, isFollowed: isFollowed)
        case .keys(let keys): replaceKeys(keys)
        case .policy(let policy): replacePolicy(policy)
        }
    }

    private mutating func handleQueued() {
        guard !queued.isEmpty else { return }
        let batch = queued
        queued.removeAll(keepingCapacity: true)
        for slot in batch where clients.isUsed(slot) && clients[slot].pointee.isQueued {
            clients[slot].pointee.isQueued = false
            now = .now
            readQueuedInput(slot)
        }
    }

    /// Ends that no event will tell of.
    private mutating func handleEnded() {
        guard !ended.isEmpty else { return }
        let batch = ended
        ended.removeAll(keepingCapacity: true)
        for token in batch { handle((token.rawValue, Poller.readable)) }
    }

    @inline(__always)
    private mutating func flushRecorders() {
        if now >= forgetAt {
            forgetAt = now + settings.operationIdle
            forgetIdleOperations()
        }
        guard recorders.hasPending else {
            flushAt = .distantFuture
            announceAt = .distantFuture
            return
        }
        let filled = recorders.filledBlocks
        if flushAt == .distantFuture || filled != filledBlocks {
            // What went out full began when the time was set; what is pending has begun since.
            if filled != filledBlocks { announceAt = min(announceAt, flushAt) }
            filledBlocks = filled
            flushAt = now + Self.longestRecordingDelay
        } else if now >= flushAt {
            recorders.flush()
            flushAt = .distantFuture
            announceAt = .distantFuture
        }
        if now >= announceAt {
            recorders.announce()
            announceAt = .distantFuture
        }
    }

    /// The `Date` of this second.
    mutating func currentDate() -> HTTPDate {
        let second = wallClock.microseconds(at: now) / 1_000_000
        if second != dateSecond {
            dateSecond = second
            date = HTTPDate(second: second)
        }
        return date
    }
}

/// Lets through so many log lines a second; the next one says how many were left out.
struct LogLimit {
    static let linesPerSecond = 10
    private var second: UInt64 = 0
    private var lines = 0
    private var suppressed = 0

    /// Whether to write a line now; how many were left out before it.
    mutating func admit(at time: SteadyTime) -> Int? {
        let current = time.microseconds / 1_000_000
        if current != second {
            second = current
            lines = 0
        }
        guard lines < Self.linesPerSecond else {
            suppressed += 1
            return nil
        }
        lines += 1
        defer { suppressed = 0 }
        return suppressed
    }
}
