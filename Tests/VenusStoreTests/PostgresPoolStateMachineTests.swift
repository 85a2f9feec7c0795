import Testing
import VenusStore

@Suite("The pool's state machine")
struct PostgresPoolStateMachineTests {
    @Test("connections are opened up to the limit, then callers wait in their order")
    func limit() {
        var pool = PostgresPoolStateMachine<String>(limit: 2)
        #expect(pool.acquire(for: 1) == .open)
        #expect(pool.acquire(for: 2) == .open)
        #expect(pool.acquire(for: 3) == .wait)
        #expect(pool.acquire(for: 4) == .wait)
        #expect(pool.release("a") == .give("a", to: 3))
        #expect(pool.release("b") == .give("b", to: 4))
        #expect(pool.release("a") == .none)
        #expect(pool.release("b") == .none)
        #expect(pool.acquire(for: 5) == .use("b"))
    }

    @Test("a lost connection makes room for another")
    func lost() {
        var pool = PostgresPoolStateMachine<String>(limit: 1)
        #expect(pool.acquire(for: 1) == .open)
        #expect(pool.acquire(for: 2) == .wait)
        #expect(pool.connectionLost() == .letOpen(2))
        #expect(pool.connectionLost() == .none)
        #expect(pool.acquire(for: 3) == .open)
    }

    @Test("who gives up gets nothing")
    func givingUp() {
        var pool = PostgresPoolStateMachine<String>(limit: 1)
        #expect(pool.acquire(for: 1) == .open)
        #expect(pool.acquire(for: 2) == .wait)
        #expect(pool.giveUp(2) == true)
        #expect(pool.giveUp(2) == false)
        #expect(pool.giveUp(1) == false)
        #expect(pool.release("a") == .none)
    }

    @Test("idle connections can be taken away, and others opened instead")
    func takingIdle() {
        var pool = PostgresPoolStateMachine<String>(limit: 2)
        #expect(pool.acquire(for: 1) == .open)
        #expect(pool.acquire(for: 2) == .open)
        #expect(pool.release("a") == .none)
        #expect(pool.takeIdle() == ["a"])
        #expect(pool.acquire(for: 3) == .open)
        #expect(pool.acquire(for: 4) == .wait)
    }

    @Test("a closed pool refuses, and closes what comes back")
    func closing() {
        var pool = PostgresPoolStateMachine<String>(limit: 2)
        #expect(pool.acquire(for: 1) == .open)
        #expect(pool.acquire(for: 2) == .open)
        #expect(pool.acquire(for: 3) == .wait)
        #expect(pool.connectionLost() == .letOpen(3))
        #expect(pool.acquire(for: 4) == .wait)
        let (idle, waiting) = pool.close()
        #expect(idle.isEmpty && waiting == [4])
        #expect(pool.release("a") == .close("a"))
        #expect(pool.acquire(for: 5) == .refuse)
    }
}
