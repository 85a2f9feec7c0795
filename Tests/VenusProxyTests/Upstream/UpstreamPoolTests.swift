import Testing
import TestSupport
import VenusProxy

@Suite("The pool of upstream connections")
struct UpstreamPoolTests {
    @Test("uses the newest idle connection first")
    func newestFirst() {
        var pool = UpstreamPoolStateMachine(maximumPerTarget: 4, maximumIdlePerTarget: 4)
        for client in Int32(0)..<3 { #expect(pool.acquire(target: 0, client: client) == .open) }
        for upstream in Int32(10)..<13 { #expect(pool.release(upstream, target: 0) == .park) }
        #expect(pool.acquire(target: 0, client: 0) == .reuse(12))
        #expect(pool.acquire(target: 0, client: 1) == .reuse(11))
        #expect(pool.acquire(target: 0, client: 2, mayReuse: false) == .open)
        #expect(pool.acquire(target: 0, client: 3) == .reuse(10))
        #expect(pool.openCount(0) == 4)
    }

    @Test("keeps dependencies apart")
    func apart() {
        var pool = UpstreamPoolStateMachine(maximumPerTarget: 1, maximumIdlePerTarget: 4)
        #expect(pool.acquire(target: 0, client: 0) == .open)
        #expect(pool.acquire(target: 5, client: 1) == .open)
        #expect(pool.release(7, target: 5) == .park)
        #expect(pool.acquire(target: 0, client: 2) == .wait)
        #expect(pool.acquire(target: 5, client: 3) == .reuse(7))
        #expect(!pool.isUnused(0))
        #expect(pool.isUnused(3))
    }

    @Test("lets callers wait at the limit and serves them in order")
    func waiting() {
        var pool = UpstreamPoolStateMachine(maximumPerTarget: 1, maximumIdlePerTarget: 1)
        #expect(pool.acquire(target: 0, client: 0) == .open)
        for client in Int32(1)..<5 { #expect(pool.acquire(target: 0, client: client) == .wait) }
        #expect(pool.release(9, target: 0) == .serve(1))
        pool.stopWaiting(client: 3, target: 0)
        #expect(pool.closed(target: 0) == .open(2))
        #expect(pool.openCount(0) == 1)
        #expect(pool.closed(target: 0) == .open(4))
        #expect(pool.closed(target: 0) == .nothing)
        #expect(pool.isUnused(0))
    }

    @Test("lets callers wait for what is on its way, and hands them over in order")
    func waitingByChoice() {
        var pool = UpstreamPoolStateMachine(maximumPerTarget: 8, maximumIdlePerTarget: 1)
        #expect(pool.acquire(target: 2, client: 0) == .open)
        #expect(!pool.hasWaiting(2) && !pool.hasWaiting(7))
        for client in Int32(1)..<5 { pool.wait(target: 2, client: client) }
        #expect(pool.openCount(2) == 1)
        pool.stopWaiting(client: 2, target: 2)
        #expect(pool.hasWaiting(2) && !pool.isUnused(2))
        #expect(pool.takeWaiting(target: 2) == [1, 3, 4])
        #expect(!pool.hasWaiting(2))
        #expect(pool.takeWaiting(target: 2).isEmpty && pool.takeWaiting(target: 9).isEmpty)
        // Where it comes to nothing, the next sees to it.
        pool.wait(target: 2, client: 6)
        pool.wait(target: 2, client: 7)
        #expect(pool.closed(target: 2) == .open(6))
        #expect(pool.closed(target: 2) == .open(7))
        #expect(pool.closed(target: 2) == .nothing)
        #expect(pool.isUnused(2))
    }

    @Test("closes what is idle beyond its bound, and forgets what closes while idle")
    func idleBounds() {
        var pool = UpstreamPoolStateMachine(maximumPerTarget: 8, maximumIdlePerTarget: 2)
        for client in Int32(0)..<3 { #expect(pool.acquire(target: 0, client: client) == .open) }
        #expect(pool.release(1, target: 0) == .park)
        #expect(pool.release(2, target: 0) == .park)
        #expect(pool.release(3, target: 0) == .close)
        #expect(pool.openCount(0) == 2)
        pool.idleClosed(1, target: 0)
        #expect(pool.acquire(target: 0, client: 0) == .reuse(2))
        #expect(pool.openCount(0) == 1)
    }

    @Test("lends other loops what they leave, and takes it back call by call")
    func shared() {
        let known = DependencyConnections()
        func pool() -> UpstreamPoolStateMachine {
            var pool = UpstreamPoolStateMachine(maximumPerTarget: 6, loops: 2, maximumIdlePerTarget: 6)
            pool.know(target: 0, known.count(host: Array("h".utf8), port: 80))
            return pool
        }
        var busy = pool()
        var late = pool()
        for client in Int32(0)..<6 { #expect(busy.acquire(target: 0, client: client) == .open) }
        #expect(busy.acquire(target: 0, client: 6) == .wait)
        // A tunnel could not be taken back from.
        #expect(late.acquire(target: 0, client: 0, mayReuse: false, forTunnel: true) == .wait)
        late.stopWaiting(client: 0, target: 0)
        for client in Int32(0)..<3 { #expect(late.acquire(target: 0, client: client) == .open) }
        #expect(late.acquire(target: 0, client: 3) == .wait)
        // The one that has borrowed gives back, though somebody waits there, until there are as many as may be.
        for upstream in Int32(0)..<3 { #expect(busy.release(upstream, target: 0) == .close) }
        #expect(busy.release(3, target: 0) == .serve(6))
        #expect(busy.release(3, target: 0) == .park)
        #expect(busy.acquire(target: 0, client: 7) == .reuse(3))
        #expect(busy.openCount(0) == 3)
        #expect(late.release(0, target: 0) == .serve(3))
        #expect(late.closed(target: 0) == .nothing)
        #expect(busy.acquire(target: 0, client: 8, mayReuse: false, forTunnel: true) == .open)
    }

    @Test("counts a dependency only as long as a loop knows it")
    func forgets() {
        let known = DependencyConnections()
        let host = Array("h".utf8)
        var pool = UpstreamPoolStateMachine(maximumPerTarget: 1, maximumIdlePerTarget: 1)
        pool.know(target: 0, known.count(host: host, port: 80))
        #expect(pool.acquire(target: 0, client: 0) == .open)
        #expect(known.count(host: host, port: 80).value == 1)
        #expect(known.count(host: host, port: 81).value == 0)
        #expect(known.known == 1)
        #expect(pool.closed(target: 0) == .nothing)
        pool.know(target: 0, known.count(host: host, port: 82))
        #expect(known.known == 1)
        #expect(known.count(host: host, port: 80).value == 0)
    }

    @Test("counts a dependency that many threads come to know and forget")
    func forgottenByMany() async {
        let known = DependencyConnections()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<20_000 { _ = known.count(host: Array("h".utf8), port: 80).value } }
            }
        }
        #expect(known.known == 0)
    }

    @Test("counts right whatever happens", arguments: 0..<20)
    func againstModel(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var pool = UpstreamPoolStateMachine(maximumPerTarget: 5, maximumIdlePerTarget: 3)
        var busy: [Int32] = []
        var idle: [Int32] = []
        var waiting: [Int32] = []
        var opening: [Int32] = []
        var free = Array(Int32(0)..<40)
        for step in 0..<2_000 {
            switch random.next() % 5 {
            case 0, 1:
                let client = Int32(100 + step)
                switch pool.acquire(target: 1, client: client) {
                case .reuse(let upstream):
                    #expect(idle.popLast() == upstream)
                    busy.append(upstream)
                case .open: opening.append(free.removeLast())
                case .wait:
                    #expect(busy.count + opening.count + idle.count == 5)
                    waiting.append(client)
                }
            case 2:
                if let upstream = opening.popLast() { busy.append(upstream) }
            case 3:
                guard !busy.isEmpty else { continue }
                let upstream = busy.remove(at: Int(random.next() % UInt64(busy.count)))
                switch pool.release(upstream, target: 1) {
                case .park: idle.append(upstream)
                case .serve(let client):
                    #expect(waiting.removeFirst() == client)
                    busy.append(upstream)
                case .close:
                    #expect(idle.count == 3)
                    free.append(upstream)
                }
            default:
                if random.next() % 2 == 0, !idle.isEmpty {
                    let upstream = idle.remove(at: Int(random.next() % UInt64(idle.count)))
                    pool.idleClosed(upstream, target: 1)
                    free.append(upstream)
                } else if let upstream = busy.popLast() {
                    free.append(upstream)
                    if case .open(let client) = pool.closed(target: 1) {
                        #expect(waiting.removeFirst() == client)
                        opening.append(free.removeLast())
                    }
                } else if !waiting.isEmpty {
                    let client = waiting.remove(at: Int(random.next() % UInt64(waiting.count)))
                    pool.stopWaiting(client: client, target: 1)
                }
            }
            #expect(pool.openCount(1) == busy.count + idle.count + opening.count)
        }
    }
}
