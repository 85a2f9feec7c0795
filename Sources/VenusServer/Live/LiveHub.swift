package import Logging
import NIOCore
import Synchronization
import VenusAnalysis

/// Knows every live socket of this server and what it looks at; encodes each view once a tick.
package final class LiveHub: Sendable {
    /// Distinct views of all sockets together.
    package static let maximumViews = 1_024
    /// How long a view is still encoded when nobody looks at it any more: whoever returns by then gets what was missed.
    package static let returnInterval: Duration = .seconds(30)

    private struct Audience {
        var newest: LiveEncoding?
        var sockets: [ObjectIdentifier: LiveSocket] = [:]
        /// `nil` while there are sockets.
        var emptySince: ContinuousClock.Instant?
    }

    private struct State {
        var sockets: [ObjectIdentifier: LiveSocket] = [:]
        var audiences: [View: Audience] = [:]
        var seq: UInt64 = 0
        /// As of the last tick: what comes in between is told by the next, and so no snapshot has it before.
        var calls: CallsPicture
        /// `nil` while nobody looks at them.
        var hosts: HostsPicture?
        /// `nil` until the store was read.
        var alerts: AlertsPicture?
        var isStopping = false
    }

    package let epoch: Int64
    private let encoded = Atomic<UInt64>(0)
    private let live: LiveState
    private let logger: Logger
    private let state: Mutex<State>

    package init(live: LiveState, logger: Logger) {
        self.live = live
        state = Mutex(State(calls: live.picture.calls))
        self.logger = logger
        // Positive, and small enough to be exact in every JSON reader.
        epoch = Int64.random(in: 1..<1 << 48)
    }

    package var socketCount: Int { state.withLock { $0.sockets.count } }

    /// How often a view was encoded since the start: once a tick in which it changed, whoever looks at it.
    package var encodings: UInt64 { encoded.load(ordering: .relaxed) }

    /// Of each socket, the bytes that wait for its client beyond the kernel's buffers.
    package func waitingBytes() async -> [Int] {
        var waiting: [Int] = []
        for socket in state.withLock({ Array($0.sockets.values) }) { waiting.append(await socket.waitingBytes()) }
        return waiting
    }

    // MARK: Sockets

    /// - Returns: whether the server still takes sockets.
    func add(_ socket: LiveSocket) -> Bool {
        state.withLock { state in
            guard !state.isStopping else { return false }
            state.sockets[socket.id] = socket
            return true
        }
    }

    func remove(_ socket: LiveSocket) {
        state.withLock { state in
            guard state.sockets.removeValue(forKey: socket.id) != nil else { return }
            for view in state.audiences.keys { Self.leave(view, socket, &state) }
        }
    }

    /// - Returns: `false` where there are too many distinct views already.
    func subscribe(_ socket: LiveSocket, to view: View) -> Bool {
        state.withLock { state in
            guard state.sockets[socket.id] != nil else { return false }
            guard state.audiences[view] != nil || Self.makeRoom(&state) else { return false }
            state.audiences[view, default: Audience()].sockets[socket.id] = socket
            state.audiences[view]?.emptySince = nil
            return true
        }
    }

    /// Whether there is a place for a further view: one that somebody might return to gives way.
    private static func makeRoom(_ state: inout State) -> Bool {
        guard state.audiences.count >= maximumViews else { return true }
        let left = state.audiences.filter { $0.value.sockets.isEmpty }
        guard let oldest = left.min(by: { $0.value.emptySince ?? .now < $1.value.emptySince ?? .now }) else {
            return false
        }
        state.audiences[oldest.key] = nil
        return true
    }

    func unsubscribe(_ socket: LiveSocket, from view: View) {
        state.withLock { Self.leave(view, socket, &$0) }
    }

    private static func leave(_ view: View, _ socket: LiveSocket, _ state: inout State) {
        guard state.audiences[view]?.sockets.removeValue(forKey: socket.id) != nil else { return }
        if state.audiences[view]?.sockets.isEmpty == true { state.audiences[view]?.emptySince = .now }
    }

    /// The view's newest encoding, made where there is none yet; `nil` where it is not looked at any more.
    func newest(_ view: View) -> LiveEncoding? {
        let (known, seq, calls, hosts, alerts, isWanted) = state.withLock { state in
            (
                state.audiences[view]?.newest, state.seq, state.calls, state.hosts, state.alerts,
                state.audiences[view] != nil
            )
        }
        if let known { return known }
        let tick = Tick(seq: seq, picture: live.picture, calls: calls, ended: [], hosts: hosts, alerts: alerts)
        guard isWanted, let made = encode(view, at: tick, after: nil) else { return nil }
        return state.withLock { state in
            // A tick may have been faster.
            if let newer = state.audiences[view]?.newest { return newer }
            state.audiences[view]?.newest = made
            return made
        }
    }

    // MARK: Ticks

    /// Encodes what changed, and hands each view to its sockets as soon as it is encoded: their loops write while the
    /// next ones are.
    package func tick() {
        let now = ContinuousClock.now
        let picture = live.picture
        let calls = picture.calls
        let (views, seq, former, alerts) = state.withLock { state in
            defer { state.calls = calls }
            state.seq += 1
            state.audiences = state.audiences.filter { _, audience in
                audience.emptySince.map { $0.duration(to: now) < Self.returnInterval } ?? true
            }
            return (state.audiences.keys.filter { $0.topic != .hosts }, state.seq, state.calls, state.alerts)
        }
        let ended = views.contains { $0.topic == .calls } ? calls.ended(since: former) : []
        hand(views, at: Tick(seq: seq, picture: picture, calls: calls, ended: ended, alerts: alerts))
    }

    /// What alerts did since the last time.
    func show(_ alerts: AlertsPicture) {
        let (views, seq, calls) = state.withLock { state in
            state.alerts = alerts
            return (state.audiences.keys.filter { $0.topic == .alerts }, state.seq, state.calls)
        }
        hand(views, at: Tick(seq: seq, picture: live.picture, calls: calls, ended: [], alerts: alerts))
    }

    private func hand(_ views: [View], at tick: Tick) {
        for view in views {
            guard let (made, sockets) = advance(view, to: tick) else { continue }
            for sockets in Dictionary(grouping: sockets, by: { ObjectIdentifier($0.eventLoop) }).values {
                sockets[0].eventLoop.execute { for socket in sockets { socket.deliver(made, of: view) } }
            }
        }
    }

    // MARK: Hosts

    /// Which hosts are looked at, by name; `nil` among them stands for all.
    var watchedHosts: Set<String?> {
        state.withLock { state in
            Set(state.audiences.filter { $0.key.topic == .hosts && !$0.value.sockets.isEmpty }.map(\.key.filter.host))
        }
    }

    /// The same as ``tick()`` for the hosts, which move on their own. `nil`: nobody looks, and the next who does waits
    /// for a new picture.
    func tick(_ hosts: HostsPicture?) {
        let (views, seq, calls) = state.withLock { state in
            state.hosts = hosts
            if hosts != nil { state.seq += 1 }
            return (state.audiences.keys.filter { $0.topic == .hosts }, state.seq, state.calls)
        }
        guard let hosts else { return }
        hand(views, at: Tick(seq: seq, picture: live.picture, calls: calls, ended: [], hosts: hosts))
    }

    /// What there is to show.
    private struct Tick {
        var seq: UInt64
        var picture: LivePicture
        var calls: CallsPicture
        /// Calls that came with it.
        var ended: [RecentCall]
        /// For views of hosts.
        var hosts: HostsPicture?
        var alerts: AlertsPicture?
    }

    /// Makes the view anew; `nil` where there is nothing new, or nobody left.
    private func advance(_ view: View, to tick: Tick) -> (LiveEncoding, [LiveSocket])? {
        while true {
            let (isWanted, known) = state.withLock { state in
                (state.audiences[view] != nil, state.audiences[view]?.newest)
            }
            guard isWanted, let made = encode(view, at: tick, after: known) else { return nil }
            let sockets = state.withLock { state -> [LiveSocket]? in
                guard state.audiences[view] != nil else { return [] }
                // A first subscriber may have had it made meanwhile; once, for now it is there.
                guard state.audiences[view]?.newest?.position == known?.position else { return nil }
                state.audiences[view]?.newest = made
                return state.audiences[view].map { Array($0.sockets.values) }
            }
            if let sockets { return (made, sockets) }
        }
    }

    private func encode(_ view: View, at tick: Tick, after known: LiveEncoding?) -> LiveEncoding? {
        do {
            guard let made = try make(view, at: tick, after: known) else { return nil }
            encoded.add(1, ordering: .relaxed)
            return made
        } catch {
            logger.error("A view could not be encoded", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func make(_ view: View, at tick: Tick, after known: LiveEncoding?) throws -> LiveEncoding? {
        switch view.topic {
        case .alerts:
            guard let alerts = tick.alerts else { return nil }
            guard let known else { return try LiveEncoding(view: view, alerts: alerts) }
            return try known.next(view: view, alerts: alerts)
        case .calls:
            guard let known else { return try LiveEncoding(view: view, calls: tick.calls) }
            return try known.next(view: view, calls: tick.calls, ended: tick.ended)
        case .graph, .hosts, .kpis: break
        }
        let data: RenderedView
        if view.topic == .hosts {
            // They are read as soon as somebody looks.
            guard let hosts = tick.hosts else { return nil }
            data = hosts.render(view.filter)
        } else {
            data = tick.picture.render(view)
        }
        let position = LivePosition(epoch: epoch, seq: tick.seq)
        guard let known else { return try LiveEncoding(view: view, position: position, data: data, now: .now) }
        return try known.next(view: view, position: position, data: data, now: .now)
    }

    // MARK: Time

    /// To be called every second or so: pings quiet sockets, and ends silent ones.
    package func timePassed() {
        let sockets = state.withLock { Array($0.sockets.values) }
        for sockets in Dictionary(grouping: sockets, by: { ObjectIdentifier($0.eventLoop) }).values {
            sockets[0].eventLoop.execute { for socket in sockets { socket.timePassed() } }
        }
    }

    // MARK: Sessions

    /// Closes the sockets of those who may not be here any more.
    package func end(where isEnded: (Principal) -> Bool) {
        let sockets = state.withLock { $0.sockets.values.filter { isEnded($0.principal) } }
        for socket in sockets { socket.end(.sessionEnded, "the session ended") }
    }

    /// Asks the store after everybody who has a socket, and closes those who are gone.
    package func recheck(_ sessions: Sessions) async {
        for principal in state.withLock({ Set($0.sockets.values.map(\.principal)) }) {
            // A store that does not answer ends no session.
            if let stands = try? await sessions.stands(principal), !stands { end { $0 == principal } }
        }
    }

    /// Takes no further sockets, and tells those there are that the server goes away.
    package func stop() {
        let sockets = state.withLock { state in
            state.isStopping = true
            return Array(state.sockets.values)
        }
        for socket in sockets { socket.end(.goingAway, "the server stops") }
    }
}
