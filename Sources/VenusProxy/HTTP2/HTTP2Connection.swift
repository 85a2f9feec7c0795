/// An HTTP/2 connection as its loop has it: the session, the socket's slot, and which stream is whose.
///
/// Confined to its loop's thread. There is one for each intercepted client that speaks HTTP/2, and for each connection
/// to a dependency that does.
final class HTTP2Connection {
    let id: Int32
    let session: HTTP2Session
    /// Of the socket, among the clients or among the upstream connections, as the session's role is.
    let slot: Int32
    /// The slots of the streams, by the session's names for them: clients where the peer sends the requests, otherwise
    /// upstream connections.
    var slots: [Int32: Int32] = [:]
    /// What the socket did not take.
    var output = Buffer()
    /// Whether it is in the loop's list of connections with something to send.
    var isQueued = false
    /// Whether no further streams are taken, because it has been said so.
    var isEnding = false

    /// Whether its socket is gone, and only streams refer to it.
    var isOrphaned = false

    init(id: Int32, session: HTTP2Session, slot: Int32) {
        self.id = id
        self.session = session
        self.slot = slot
    }
}

/// The HTTP/2 connections of a loop, what has happened on their streams, and which of them have something to send.
struct HTTP2Connections {
    private var connections: [Int32: HTTP2Connection] = [:]
    private var last: Int32 = 0
    /// What waits on all of their streams.
    var memory = HTTP2Memory()
    /// Events of streams, as epoll would report them.
    var events: [UInt64] = []
    /// Connections with something to send.
    var sending: [Int32] = []

    subscript(id: Int32) -> HTTP2Connection? { connections[id] }

    mutating func add(_ session: HTTP2Session, slot: Int32) -> HTTP2Connection {
        repeat { last = last == .max ? 1 : last + 1 } while connections[last] != nil
        let connection = HTTP2Connection(id: last, session: session, slot: slot)
        connections[last] = connection
        return connection
    }

    mutating func remove(_ id: Int32) { connections[id] = nil }

    /// The connection's session may have something to send.
    mutating func queue(_ connection: HTTP2Connection) {
        guard !connection.isQueued else { return }
        connection.isQueued = true
        sending.append(connection.id)
    }

    var isIdle: Bool { events.isEmpty && sending.isEmpty }
}
