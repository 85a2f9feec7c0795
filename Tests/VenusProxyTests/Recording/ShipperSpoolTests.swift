import Testing
import VenusCallLog
import VenusCore
import VenusProxy

@Suite("What a shipper moves to disk, and when")
struct ShipperSpoolTests {
    private typealias Action = ShipperStateMachine.Action

    /// A machine that has said that it is there, and holds blocks of two calls.
    private func machine(blocks: Int = 0, hasSpool: Bool = true, maximumQueuedBytes: Int = 64 << 20)
        -> ShipperStateMachine
    {
        var configuration = CallShipperConfiguration(version: "1")
        configuration.maximumQueuedBytes = maximumQueuedBytes
        let producer = Producer(id: "p", environment: "e", service: "s", instance: "i", host: "h")
        var machine = ShipperStateMachine(producer: producer, configuration: configuration, hasSpool: hasSpool)
        _ = machine.succeeded(machine.next(callsInFlight: 0))
        offer(blocks, to: &machine)
        return machine
    }

    private func offer(_ count: Int, bytes: Int = 1, to machine: inout ShipperStateMachine) {
        for _ in 0..<count {
            machine.offer(
                QueuedBlock(count: 2, t0: 1, operations: [], calls: [UInt8](repeating: 49, count: bytes)))
        }
    }

    private func spooled(_ first: UInt64) -> SpooledEntry { SpooledEntry(first: first, count: 2, fields: []) }

    private func firsts(_ action: ShipperStateMachine.KeepAction) -> [UInt64]? {
        if case .keep(let blocks) = action { blocks.map(\.first) } else { nil }
    }

    private func first(_ action: Action) -> UInt64? {
        switch action {
        case .append(let block): block.first
        case .appendSpooled(let entry): entry.first
        case .wait, .readSpool, .appendHeartbeat, .stop: nil
        }
    }

    @Test("while the log takes what comes, nothing goes to disk")
    func healthy() {
        var machine = machine(blocks: 3)
        #expect(machine.nextToKeep(isRoomScarce: false) == .wait)
        while first(machine.next(callsInFlight: 0)) != nil { _ = machine.succeeded(machine.next(callsInFlight: 0)) }
        #expect(machine.nextToKeep(isRoomScarce: true) == .wait && !machine.isSpoolInUse)
    }

    @Test("a block wakes who moves it only where it should be moved")
    func keepingDue() {
        var healthy = machine(blocks: 3)
        #expect(!healthy.isKeepingDue(isRoomScarce: false) && healthy.isKeepingDue(isRoomScarce: true))
        healthy.appendTakesLong()
        #expect(healthy.isKeepingDue(isRoomScarce: false))
        var away = machine(blocks: 1)
        _ = away.failed(random: 0)
        #expect(away.isKeepingDue(isRoomScarce: false))
        var full = machine(blocks: 0, maximumQueuedBytes: 4_000)
        offer(1, bytes: 2_000, to: &full)
        #expect(full.isKeepingDue(isRoomScarce: false))
        #expect(!machine(blocks: 3, hasSpool: false).isKeepingDue(isRoomScarce: true))
    }

    @Test("without a spool everything waits in memory")
    func none() {
        var machine = machine(blocks: 3, hasSpool: false)
        _ = machine.failed(random: 0)
        #expect(machine.nextToKeep(isRoomScarce: true) == .stop && machine.restToKeep() == nil)
        #expect(machine.callsQueued == 6)
    }

    @Test("after a failed append what waits goes to disk, and comes back in order, before what came later")
    func away() {
        var machine = machine(blocks: 3)
        #expect(first(machine.next(callsInFlight: 0)) == 1)
        _ = machine.failed(random: 0)
        #expect(firsts(machine.nextToKeep(isRoomScarce: false)) == [1, 3, 5])
        // Those on their way to disk are not appended from the queue.
        #expect(machine.next(callsInFlight: 0) == .wait)
        #expect(machine.kept(SpoolStatus(calls: 6)) > 0)
        offer(1, to: &machine)
        #expect(machine.callsQueued == 8)

        #expect(machine.next(callsInFlight: 0) == .readSpool(through: 0))
        machine.spoolWasRead([spooled(1), spooled(3), spooled(5)], status: SpoolStatus(calls: 6))
        for expected in [1, 3, 5] as [UInt64] {
            let action = machine.next(callsInFlight: 0)
            #expect(first(action) == expected)
            _ = machine.succeeded(action)
        }
        #expect(machine.next(callsInFlight: 0) == .readSpool(through: 6))
        machine.spoolWasRead([], status: SpoolStatus())
        #expect(!machine.isSpoolInUse && first(machine.next(callsInFlight: 0)) == 7)
    }

    @Test("a block whose append succeeds while it goes to disk is not sent from there")
    func both() {
        var machine = machine(blocks: 2)
        let action = machine.next(callsInFlight: 0)
        machine.appendTakesLong()
        #expect(firsts(machine.nextToKeep(isRoomScarce: false)) == [1, 3])
        #expect(machine.succeeded(action).freedBytes == 0)
        #expect(machine.next(callsInFlight: 0) == .wait)
        _ = machine.kept(SpoolStatus(calls: 4))
        // Taking out is up to and including number 2, so that 3 comes next.
        #expect(machine.next(callsInFlight: 0) == .readSpool(through: 2))
    }

    @Test("a block whose append succeeds after it went to disk is not sent from there either")
    func afterwards() {
        var machine = machine(blocks: 2)
        let action = machine.next(callsInFlight: 0)
        machine.appendTakesLong()
        _ = machine.nextToKeep(isRoomScarce: false)
        _ = machine.kept(SpoolStatus(calls: 4))
        offer(1, to: &machine)
        #expect(machine.succeeded(action).freedBytes == 0)
        #expect(machine.next(callsInFlight: 0) == .readSpool(through: 2))
        machine.spoolWasRead([spooled(3)], status: SpoolStatus(calls: 2))
        _ = machine.succeeded(machine.next(callsInFlight: 0))
        machine.spoolWasRead([], status: SpoolStatus())
        #expect(first(machine.next(callsInFlight: 0)) == 5)
    }

    @Test("where the disk does not take it, it stays in the queue, without what was appended meanwhile")
    func diskFails() {
        var machine = machine(blocks: 2)
        let action = machine.next(callsInFlight: 0)
        machine.appendTakesLong()
        _ = machine.nextToKeep(isRoomScarce: false)
        _ = machine.succeeded(action)
        let failure = machine.keepingFailed(random: 0)
        #expect(failure.isNew && failure.freedBytes > 0 && machine.callsQueued == 2)
        #expect(first(machine.next(callsInFlight: 0)) == 3)
        _ = machine.failed(random: 0)
        _ = machine.nextToKeep(isRoomScarce: false)
        let again = machine.keepingFailed(random: 0)
        #expect(!again.isNew && again.wait > failure.wait && again.freedBytes == 0)
    }

    @Test("a log that is slow, and room that others take, send what waits to disk as well")
    func slow() {
        var machine = machine(maximumQueuedBytes: 40_000)
        offer(9, bytes: 744, to: &machine)
        #expect(machine.nextToKeep(isRoomScarce: false) == .wait)
        offer(2, bytes: 744, to: &machine)
        #expect(firsts(machine.nextToKeep(isRoomScarce: false))?.count == 11)
        _ = machine.kept(SpoolStatus(calls: 22))
        offer(2, bytes: 744, to: &machine)
        #expect(machine.nextToKeep(isRoomScarce: false) == .wait)
        #expect(firsts(machine.nextToKeep(isRoomScarce: true)) == [23, 25])
    }

    @Test("what is written at once is bounded")
    func batches() {
        var machine = machine(blocks: 100)
        _ = machine.failed(random: 0)
        #expect(firsts(machine.nextToKeep(isRoomScarce: false))?.count == 64)
        _ = machine.kept(SpoolStatus(calls: 128))
        offer(10, bytes: 1 << 20, to: &machine)
        #expect(firsts(machine.nextToKeep(isRoomScarce: false))?.count == 40)
    }

    @Test("the end comes after what is on disk; heartbeats go before it, and count it")
    func end() {
        var machine = machine(blocks: 1)
        _ = machine.failed(random: 0)
        _ = machine.nextToKeep(isRoomScarce: false)
        _ = machine.kept(SpoolStatus(calls: 2, dropped: 4))
        machine.finish()
        machine.heartbeatIsDue()
        guard case .appendHeartbeat(let heartbeat) = machine.next(callsInFlight: 0) else {
            Issue.record("no heartbeat")
            return
        }
        #expect(heartbeat.next == 1 && heartbeat.callsDropped == 4 && !heartbeat.isEnd)
        #expect(heartbeat.callsQueued == 0 && heartbeat.callsSpooled == 2)
        _ = machine.succeeded(.appendHeartbeat(heartbeat))
        #expect(machine.next(callsInFlight: 0) == .readSpool(through: 0))
        machine.spoolWasRead([spooled(1)], status: SpoolStatus(calls: 2, dropped: 4))
        _ = machine.succeeded(machine.next(callsInFlight: 0))
        machine.spoolWasRead([], status: SpoolStatus(dropped: 4))
        guard case .appendHeartbeat(let end) = machine.next(callsInFlight: 0) else {
            Issue.record("no end")
            return
        }
        #expect(end.isEnd && end.next == 3 && end.callsQueued == 0)
    }

    @Test("after giving up, the rest goes to disk")
    func abandoned() {
        var machine = machine(blocks: 2)
        machine.finish()
        machine.abandon()
        #expect(machine.nextToKeep(isRoomScarce: false) == .stop && machine.next(callsInFlight: 0) == .stop)
        guard let rest = machine.restToKeep() else {
            Issue.record("nothing is left to keep")
            return
        }
        #expect(firsts(rest) == [1, 3])
        _ = machine.kept(SpoolStatus(calls: 4))
        #expect(machine.restToKeep() == nil && machine.queue.calls == 0)
    }
}
