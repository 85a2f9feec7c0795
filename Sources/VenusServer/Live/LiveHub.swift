package import Logging
import NIOCore
import Synchronization

/// Knows every live socket of this server and what it looks at; encodes each view once a tick.
package final class LiveHub: Sendable {
    /// Distinct views of all sockets together.
    package static let maximumViews = 1_024
    /// A view that did not change is sent again after this.
    static let refreshInterval: Duration = .seconds(10)

    private struct Audience {
        var newest: LiveEncoding?
        var sockets: [ObjectIdentifier: LiveSocket] = [:]
    }

    private struct State {
        var sockets: [ObjectIdentifier: LiveSocket] = [:]
        var audiences: [View: Audience] = [:]
        var seq: UInt64 = 0
        var isStopping = false
    }

    package let epoch: Int64
    private let live: LiveState
    private let logger: Logger
    private let state = Mutex(State())

    package init(live: LiveState, logger: Logger) {
        self.live = live
        self.logger = logger
        // Positive, and small enough to be exact in every JSON reader.
        epoch = Int64.random(in: 1..<1 << 48)
    }

    package var socketCount: Int { state.withLock { $0.sockets.count } }

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
            guard state.audiences[view] != nil || state.audiences.count < Self.maximumViews else { return false }
            state.audiences[view, default: Audience()].sockets[socket.id] = socket
            return true
        }
    }

    func unsubscribe(_ socket: LiveSocket, from view: View) {
        state.withLock { Self.leave(view, socket, &$0) }
    }

    private static func leave(_ view: View, _ socket: LiveSocket, _ state: inout State) {
        state.audiences[view]?.sockets[socket.id] = nil
        if state.audiences[view]?.sockets.isEmpty == true { state.audiences[view] = nil }
    }

    /// The view's newest encoding, made where there is none yet; `nil` where nobody looks at it any more.
    func newest(_ view: View) -> LiveEncoding? {
        let (known, seq, isWanted) = state.withLock { state in
            (state.audiences[view]?.newest, state.seq, state.audiences[view] != nil)
        }
        if let known { return known }
        guard isWanted, let made = encode(view, seq: seq) else { return nil }
        return state.withLock { state in
            // A tick may have been faster.
            if let newer = state.audiences[view]?.newest { return newer }
            state.audiences[view]?.newest = made
            return made
        }
    }

    // MARK: Ticks

    /// Encodes what changed and hands it to its sockets.
    package func tick() {
        let (views, seq) = state.withLock { state in
            state.seq += 1
            return (Array(state.audiences.keys), state.seq)
        }
        var deliveries: [ObjectIdentifier: LoopDelivery] = [:]
        for view in views {
            guard let made = encode(view, seq: seq) else { continue }
            let sockets = state.withLock { state -> [LiveSocket] in
                guard var audience = state.audiences[view] else { return [] }
                if let newest = audience.newest, newest.rest == made.rest,
                    newest.encodedAt.duration(to: made.encodedAt) < Self.refreshInterval
                {
                    return []
                }
                audience.newest = made
                state.audiences[view] = audience
                return Array(audience.sockets.values)
            }
            for socket in sockets {
                let loop = ObjectIdentifier(socket.eventLoop)
                deliveries[loop, default: LoopDelivery(eventLoop: socket.eventLoop)].items.append((socket, view, made))
            }
        }
        for delivery in deliveries.values { delivery.run() }
    }

    private struct LoopDelivery: Sendable {
        var eventLoop: any EventLoop
        var items: [(socket: LiveSocket, view: View, encoding: LiveEncoding)] = []

        func run() {
            eventLoop.execute { for item in items { item.socket.deliver(item.encoding, of: item.view) } }
        }
    }

    private func encode(_ view: View, seq: UInt64) -> LiveEncoding? {
        do {
            let data = try live.picture.render(view)
            return try LiveEncoding(
                view: view, position: LivePosition(epoch: epoch, seq: seq), data: data, now: .now)
        } catch {
            logger.error("A view could not be encoded", metadata: ["error": "\(error)"])
            return nil
        }
    }

    // MARK: Sessions

    /// Sessions that have a socket open.
    var sessions: Set<[UInt8]> { state.withLock { Set($0.sockets.values.map(\.principal.tokenHash)) } }

    /// Closes the sockets of a session that ended.
    package func sessionEnded(_ tokenHash: [UInt8]) {
        let sockets = state.withLock { $0.sockets.values.filter { $0.principal.tokenHash == tokenHash } }
        for socket in sockets { socket.end(.sessionEnded, "the session ended") }
    }

    /// Asks the store after every session that has a socket, and closes those whose session is gone.
    package func recheck(_ sessions: Sessions) async {
        for tokenHash in self.sessions {
            // A store that does not answer ends no session.
            if let stands = try? await sessions.stands(tokenHash), !stands { sessionEnded(tokenHash) }
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
