import Testing
import VenusAnalysis
import VenusStore

@Suite struct LeaseStateMachineTests {
    private func lease(_ epoch: Int64) -> Lease { Lease(name: "shard:0", owner: "one", epoch: epoch) }

    @Test("a free lease is asked for, a held one renewed after a third of its time")
    func renewing() {
        var machine = LeaseStateMachine(duration: .seconds(9), retryAfter: .seconds(1), now: 0)
        #expect(machine.action(now: 0) == .ask)
        #expect(machine.answered(lease(4), now: 0) == .taken(lease(4)))
        #expect(machine.action(now: 2_999) == .none)
        #expect(machine.action(now: 3_000) == .ask)
        #expect(machine.answered(lease(4), now: 3_000) == .renewed)
        #expect(machine.lease == lease(4))
    }

    @Test("a lease of a higher epoch had run out: it is taken anew")
    func ranOut() {
        var machine = LeaseStateMachine(duration: .seconds(9), retryAfter: .seconds(1), now: 0)
        _ = machine.answered(lease(4), now: 0)
        #expect(machine.answered(lease(6), now: 3_000) == .taken(lease(6)))
    }

    @Test("another's lease is asked for again later")
    func heldByAnother() {
        var machine = LeaseStateMachine(duration: .seconds(9), retryAfter: .seconds(1), now: 0)
        #expect(machine.answered(nil, now: 0) == .heldByAnother)
        #expect(machine.action(now: 999) == .none)
        #expect(machine.action(now: 1_000) == .ask)
        _ = machine.answered(lease(1), now: 1_000)
        #expect(machine.answered(nil, now: 4_000) == .lost)
        #expect(machine.lease == nil)
    }

    @Test("a store that does not answer takes nothing away")
    func failure() {
        var machine = LeaseStateMachine(duration: .seconds(9), retryAfter: .seconds(1), now: 0)
        _ = machine.answered(lease(1), now: 0)
        machine.failed(now: 3_000)
        #expect(machine.lease == lease(1))
        #expect(machine.action(now: 3_500) == .none)
        #expect(machine.action(now: 4_000) == .ask)
    }
}
