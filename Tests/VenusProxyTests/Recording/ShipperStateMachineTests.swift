import Testing
import VenusCore
import VenusProxy

@Suite("What a shipper does next")
struct ShipperStateMachineTests {
    private static let producer = Producer(id: "p", environment: "e", service: "s", instance: "i", host: "h")

    private func machine(_ change: (inout CallShipperConfiguration) -> Void = { _ in }) -> ShipperStateMachine {
        var configuration = CallShipperConfiguration(version: "1")
        change(&configuration)
        return ShipperStateMachine(producer: Self.producer, configuration: configuration)
    }

    private func block(_ count: Int) -> QueuedBlock {
        QueuedBlock(count: count, t0: 1, operations: [], calls: [49])
    }

    private func heartbeat(
        next: UInt64, inFlight: Int = 0, queued: Int = 0, dropped: UInt64 = 0, isEnd: Bool = false
    ) -> ShipperStateMachine.Action {
        .appendHeartbeat(
            Heartbeat(
                producer: Self.producer, next: next, callsInFlight: inFlight, callsQueued: queued,
                callsDropped: dropped, version: "1", isEnd: isEnd))
    }

    @Test("a heartbeat comes first, then the blocks, then nothing")
    func order() {
        var machine = machine()
        machine.offer(block(2))
        let first = machine.next(callsInFlight: 4)
        // The two that wait are not yet before the log's reader: number 1 is what it sees next.
        #expect(first == heartbeat(next: 1, inFlight: 4, queued: 2))
        #expect(machine.succeeded(first).notice == nil)
        let second = machine.next(callsInFlight: 4)
        guard case .append(let appended) = second else {
            Issue.record("\(second)")
            return
        }
        #expect(appended.first == 1 && appended.count == 2)
        #expect(machine.succeeded(second).notice == nil)
        #expect(machine.next(callsInFlight: 4) == .wait)
        machine.heartbeatIsDue()
        #expect(machine.next(callsInFlight: 0) == heartbeat(next: 3))
    }

    @Test("what failed is given again, after waits that grow, and is spoken of once")
    func retries() {
        var machine = machine()
        let action = machine.next(callsInFlight: 0)
        let first = machine.failed(random: 0)
        #expect(first.wait == .milliseconds(50) && first.notice == .away)
        #expect(machine.next(callsInFlight: 0) == action)
        let second = machine.failed(random: 0)
        #expect(second.wait == .milliseconds(100) && second.notice == nil)
        #expect(machine.succeeded(action).notice == .back)
        #expect(machine.failed(random: 0).wait == .milliseconds(50))
    }

    @Test("the end comes after all that waits and says the next number")
    func end() {
        var machine = machine()
        machine.offer(block(3))
        machine.finish()
        _ = machine.succeeded(machine.next(callsInFlight: 0))
        let first = machine.next(callsInFlight: 0)
        guard case .append = first else {
            Issue.record("\(first)")
            return
        }
        #expect(machine.succeeded(first).notice == nil)
        let end = machine.next(callsInFlight: 0)
        #expect(end == heartbeat(next: 4, isEnd: true))
        #expect(!machine.hasEnded)
        #expect(machine.succeeded(end).notice == nil)
        #expect(machine.hasEnded && machine.next(callsInFlight: 0) == .stop)
    }

    @Test("the end counts what was dropped as given out")
    func dropped() {
        var machine = machine { $0.maximumQueuedCalls = 4 }
        machine.offer(block(3))
        machine.offer(block(3))
        machine.finish()
        _ = machine.succeeded(machine.next(callsInFlight: 0))
        _ = machine.succeeded(machine.next(callsInFlight: 0))
        #expect(machine.next(callsInFlight: 0) == heartbeat(next: 7, dropped: 3, isEnd: true))
    }

    @Test("after giving up there is no end")
    func abandoned() {
        var machine = machine()
        machine.offer(block(1))
        machine.finish()
        machine.abandon()
        #expect(machine.next(callsInFlight: 0) == .stop)
        #expect(machine.isOver && !machine.hasEnded)
    }
}
