import Testing
import VenusCore
import VenusProxy

@Suite("Connecting to one of several addresses")
struct ConnectStateMachineTests {
    private let start = SteadyTime(microseconds: 1_000_000)
    private let deadline = SteadyTime(microseconds: 11_000_000)
    private let delay = ConnectStateMachine.attemptDelay

    /// Asks until there is something to wait for, or it is over.
    private func all(_ machine: inout ConnectStateMachine, at time: SteadyTime) -> [ConnectStateMachine.Action] {
        var actions: [ConnectStateMachine.Action] = []
        while true {
            let action = machine.next(at: time, deadline: deadline)
            actions.append(action)
            switch action {
            case .begin, .replaceOldest: continue
            case .wait, .fail: return actions
            }
        }
    }

    @Test("a single address is tried once, and its failure is the reason")
    func single() {
        var machine = ConnectStateMachine(addresses: 1, first: 0)
        #expect(all(&machine, at: start) == [.begin(0), .wait(until: .distantFuture)])
        machine.failed(.connectionRefused)
        #expect(all(&machine, at: start) == [.fail(.connectionRefused)])
    }

    @Test("no address at all fails")
    func none() {
        var machine = ConnectStateMachine(addresses: 0, first: 0)
        #expect(all(&machine, at: start) == [.fail(.connectionTerminated)])
    }

    @Test("the next attempt begins after the delay, beside the one before, and not sooner")
    func delayed() {
        var machine = ConnectStateMachine(addresses: 3, first: 0)
        #expect(all(&machine, at: start) == [.begin(0), .wait(until: start + delay)])
        #expect(all(&machine, at: start + (delay - 1)) == [.wait(until: start + delay)])
        #expect(all(&machine, at: start + delay) == [.begin(1), .wait(until: start + 2 * delay)])
        #expect(all(&machine, at: start + 2 * delay) == [.begin(2), .wait(until: .distantFuture)])
    }

    @Test("the next attempt begins at once when one has failed")
    func atOnce() {
        var machine = ConnectStateMachine(addresses: 3, first: 0)
        _ = all(&machine, at: start)
        machine.failed(.connectionRefused)
        #expect(all(&machine, at: start + 5) == [.begin(1), .wait(until: start + 5 + delay)])
    }

    @Test("begins with the address that worked last, and goes on in order", arguments: [0, 1, 2, 3])
    func first(_ first: Int) {
        var machine = ConnectStateMachine(addresses: 4, first: first)
        var order: [Int] = []
        for _ in 0..<4 {
            guard case .begin(let address)? = all(&machine, at: start).first else { break }
            order.append(address)
            machine.failed(.connectionRefused)
        }
        #expect(order == [first] + (0..<4).filter { $0 != first })
    }

    @Test("an address to begin with that is not there is ignored", arguments: [-1, 2, 1_000])
    func firstOutOfRange(_ first: Int) {
        var machine = ConnectStateMachine(addresses: 2, first: first)
        #expect(machine.next(at: start, deadline: deadline) == .begin(0))
    }

    @Test("four attempts at most hang at a time; all 32 addresses get their turn before the deadline")
    func bounded() {
        var machine = ConnectStateMachine(addresses: 32, first: 0)
        var time = start
        var underWay: [Int] = []
        var tried: Set<Int> = []
        var begunAt: [Int: SteadyTime] = [:]
        while time < deadline {
            switch machine.next(at: time, deadline: deadline) {
            case .begin(let address):
                underWay.append(address)
                tried.insert(address)
                begunAt[address] = time
            case .replaceOldest(let address):
                let oldest = underWay.removeFirst()
                // Long enough for a dependency that is alive: longer than the delay between attempts.
                #expect(time.since(begunAt[oldest] ?? .zero) > 4 * delay)
                underWay.append(address)
                tried.insert(address)
                begunAt[address] = time
            case .wait(let next): time = next
            case .fail: Issue.record("nothing has failed")
            }
            #expect(underWay.count <= Int(ConnectStateMachine.maximumAttempts))
        }
        #expect(tried == Set(0..<32))
    }

    @Test("where time is short the attempts begin sooner")
    func short() {
        var machine = ConnectStateMachine(addresses: 4, first: 0)
        let soon = start + 100_000
        #expect(machine.next(at: start, deadline: soon) == .begin(0))
        #expect(machine.next(at: start, deadline: soon) == .wait(until: start + 25_000))
    }

    @Test("the most telling reason is kept, whatever the order")
    func reasons() {
        let ranks: [ErrorType] = [
            .destinationIPUnroutable, .connectionTerminated, .connectionRefused, .connectionTimeout,
            .proxyInternalError, .proxyLoopDetected,
        ]
        for (less, more) in zip(ranks, ranks.dropFirst()) {
            for pair in [[less, more], [more, less]] {
                var machine = ConnectStateMachine(addresses: 2, first: 0)
                for reason in pair {
                    _ = machine.next(at: start, deadline: deadline)
                    machine.failed(reason)
                }
                #expect(machine.next(at: start, deadline: deadline) == .fail(more), "\(pair)")
            }
        }
    }

    @Test("an attempt that was given up counts as one that timed out")
    func givenUp() {
        var machine = ConnectStateMachine(addresses: 5, first: 0)
        var time = start
        var failure: ErrorType?
        while failure == nil {
            switch machine.next(at: time, deadline: deadline) {
            case .begin: break
            case .replaceOldest: for _ in 0..<4 { machine.failed(.connectionRefused) }
            case .wait(let next): time = next
            case .fail(let errorType): failure = errorType
            }
        }
        #expect(failure == .connectionTimeout)
    }
}
