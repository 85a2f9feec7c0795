import CLinux
import Glibc

/// Level-triggered epoll with one timer. Owned by one loop.
///
/// The timer is a descriptor of its own, set a few times a second: a wait with a time limit would set one up and take
/// it down each time that the thread sleeps, twice a request where there is little to do.
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
    private let timer: Int32
    /// When the timer fires.
    private var timerAt = SteadyTime.distantFuture

    init() throws(ProxyError) {
        let epoll = clinux_epoll_create()
        guard epoll >= 0 else { throw ProxyError(.resources, "epoll: \(Socket.describe(-epoll))") }
        let timer = clinux_timer()
        guard timer >= 0 else {
            Socket.close(epoll)
            throw ProxyError(.resources, "timerfd: \(Socket.describe(-timer))")
        }
        descriptor = epoll
        self.timer = timer
        events = .allocate(capacity: Self.batch)
        events.initialize(repeating: epoll_event(), count: Self.batch)
        add(timer, Self.readable, token: EventToken(.timer).rawValue)
    }

    deinit {
        Socket.close(timer)
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

    /// Waits until something happens, or it is `time`; the count of events to read with ``event(at:)``. It may return
    /// before the time without an event.
    mutating func wait(until time: SteadyTime, now: SteadyTime) -> Int {
        if time <= now { return wait(milliseconds: 0) }
        // One that fires too early only wakes us once more.
        if time < timerAt {
            timerAt = time
            clinux_timer_set(timer, time.microseconds)
        }
        return wait(milliseconds: -1)
    }

    /// The timer has fired: it is silent until it is needed again.
    mutating func timerFired() {
        timerAt = .distantFuture
        clinux_timer_set(timer, 0)
    }

    private func wait(milliseconds: Int32) -> Int {
        Int(max(0, clinux_epoll_wait(descriptor, events, Int32(Self.batch), milliseconds)))
    }

    @inline(__always)
    func event(at place: Int) -> (token: UInt64, flags: UInt32) {
        precondition(place >= 0 && place < Self.batch)
        return (clinux_event_token(events + place), clinux_event_flags(events + place))
    }
}
