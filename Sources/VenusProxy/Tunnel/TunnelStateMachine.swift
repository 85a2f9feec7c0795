/// The two directions of a tunnel, each with its own end: when one side has said its last byte, it is flushed to the
/// other and only then that side is shut for writing (RFC 9110, section 9.3.6).
///
/// Without I/O: the loop tells it of ends and of flushed bytes, and does what it answers.
package struct TunnelStateMachine: Sendable, Hashable {
    package enum Side: UInt8, Sendable {
        case client
        case dependency

        package var other: Side { self == .client ? .dependency : .client }
    }

    private enum Direction: UInt8, Sendable {
        case open
        /// The sender has ended; its last bytes are on their way.
        case ending
        /// The receiver was told.
        case ended
    }

    /// What to do after an event.
    package enum Action: Sendable, Hashable {
        case nothing
        /// Shut this side for writing.
        case shutDown(Side)
        /// Shut this side for writing; both directions are done: close.
        case finish
    }

    private var fromClient = Direction.open
    private var fromDependency = Direction.open
    /// The side that ended first.
    package private(set) var firstToEnd: Side?

    package init() {}

    /// Whether more may come from the side.
    package func isOpen(from side: Side) -> Bool { self[side] == .open }

    /// The side has sent its last byte; `isPending` while bytes of it wait for the other side.
    package mutating func ended(_ side: Side, isPending: Bool) -> Action {
        guard self[side] == .open else { return .nothing }
        self[side] = .ending
        if firstToEnd == nil { firstToEnd = side }
        return isPending ? .nothing : end(side)
    }

    /// All bytes that the side sent so far have been taken by the other.
    package mutating func flushed(from side: Side) -> Action { self[side] == .ending ? end(side) : .nothing }

    private mutating func end(_ side: Side) -> Action {
        self[side] = .ended
        return self[side.other] == .ended ? .finish : .shutDown(side.other)
    }

    private subscript(side: Side) -> Direction {
        get { side == .client ? fromClient : fromDependency }
        set { if side == .client { fromClient = newValue } else { fromDependency = newValue } }
    }
}
