import CLinux
import Glibc

/// Level-triggered epoll. Owned by one loop.
struct Poller: ~Copyable {
    /// Readable, writable, the other side has ended its stream.
    static let readable = EPOLLIN.rawValue
    static let writable = EPOLLOUT.rawValue
    static let peerEnded = EPOLLRDHUP.rawValue
    /// Reported whether asked for or not.
    static let broken = EPOLLERR.rawValue | EPOLLHUP.rawValue
    static let failed = EPOLLERR.rawValue

    /// Most events taken in one turn.
    static let batch = 256

    private let descriptor: Int32
    private let events: UnsafeMutablePointer<epoll_event>

    init() throws(ProxyError) {
        descriptor = clinux_epoll_create()
        guard descriptor >= 0 else { throw ProxyError(.resources, "epoll: \(Socket.describe(-descriptor))") }
        events = .allocate(capacity: Self.batch)
        events.initialize(repeating: epoll_event(), count: Self.batch)
    }

    deinit {
        Socket.close(descriptor)
        events.deallocate()
    }

    @discardableResult
    func add(_ target: Int32, _ interest: UInt32, token: UInt64) -> Bool {
        clinux_epoll_control(descriptor, EPOLL_CTL_ADD, target, interest, token) == 0
    }

    func modify(_ target: Int32, _ interest: UInt32, token: UInt64) {
        _ = clinux_epoll_control(descriptor, EPOLL_CTL_MOD, target, interest, token)
    }

    func remove(_ target: Int32) { _ = clinux_epoll_control(descriptor, EPOLL_CTL_DEL, target, 0, 0) }

    /// Waits up to `milliseconds`, −1 without end; the count of events to read with ``event(at:)``.
    func wait(milliseconds: Int32) -> Int {
        Int(max(0, clinux_epoll_wait(descriptor, events, Int32(Self.batch), milliseconds)))
    }

    @inline(__always)
    func event(at place: Int) -> (token: UInt64, flags: UInt32) {
        precondition(place >= 0 && place < Self.batch)
        return (clinux_event_token(events + place), clinux_event_flags(events + place))
    }
}
