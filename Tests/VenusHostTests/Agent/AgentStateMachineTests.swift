import Testing
import VenusHost

@Suite("When an agent reads and sends")
struct AgentStateMachineTests {
    private static let start: Int64 = 1_700_000_003_000

    /// Runs the machine to `end`, with a clock that jumps to whatever it waits for; every request has the same outcome.
    private func run(
        _ machine: inout AgentStateMachine, from start: Int64 = start, to end: Int64,
        outcome: AgentStateMachine.Outcome = .settled(watchedFor: 0, every: 1_000, hasMore: false)
    ) -> (reads: [Int64], publishes: [Int64]) {
        var now = start
        var told: (reads: [Int64], publishes: [Int64]) = ([], [])
        while now < end {
            switch machine.next(now: now) {
            case .read: told.reads.append(now)
            case .publish:
                told.publishes.append(now)
                machine.published(outcome, now: now, chance: 1)
            case .wait(let until):
                #expect(until > now)
                now = max(until, now + 1)
            case .end: return told
            }
        }
        return told
    }

    @Test("it reads at once, then at whole intervals of the clock, and sends once an interval")
    func regular() {
        var machine = AgentStateMachine(timing: AgentTiming(), now: Self.start, chance: 0.5)
        let (reads, publishes) = run(&machine, to: Self.start + 240_000)
        #expect(reads.first == Self.start)
        #expect(reads.dropFirst().allSatisfy { $0 % 10_000 == 0 })
        #expect(zip(reads.dropFirst(), reads.dropFirst(2)).allSatisfy { $1 - $0 == 10_000 })
        #expect(publishes.count == 5)
        // The same part of each minute, which is each agent's own.
        #expect(publishes.dropFirst().allSatisfy { $0 % 60_000 == 5_000 })
    }

    @Test("while somebody watches it reads and sends as often as that wants, and then no longer")
    func watched() {
        var machine = AgentStateMachine(timing: AgentTiming(), now: Self.start, chance: 0)
        let watched = AgentStateMachine.Outcome.settled(watchedFor: 15_000, every: 1_000, hasMore: false)
        _ = run(&machine, to: Self.start + 20_000, outcome: watched)
        let (reads, publishes) = run(&machine, from: Self.start + 20_000, to: Self.start + 30_000, outcome: watched)
        #expect(reads.count == 10 && publishes.count == 10)
        // Each is sent as soon as it is read.
        #expect(reads == publishes)
        let later = run(&machine, from: Self.start + 30_000, to: Self.start + 150_000)
        #expect(later.reads.count <= 15 && later.publishes.count <= 4)
    }

    @Test("whoever comes to look between two messages is heard of at once")
    func watchedInBetween() {
        var machine = AgentStateMachine(timing: AgentTiming(), now: Self.start, chance: 0)
        _ = run(&machine, to: Self.start + 75_000)
        let quiet = run(&machine, from: Self.start + 75_000, to: Self.start + 85_000)
        #expect(quiet.publishes.isEmpty && quiet.reads.count == 1)
        machine.watched(for: 15_000, every: 1_000, now: Self.start + 85_000)
        let (reads, publishes) = run(
            &machine, from: Self.start + 85_000, to: Self.start + 95_000,
            outcome: .settled(watchedFor: 5_000, every: 1_000, hasMore: false))
        #expect(reads.count == 9 && publishes == reads)
        // Not while the server is away, nor at the end.
        _ = run(&machine, from: Self.start + 95_000, to: Self.start + 100_000, outcome: .failed)
        machine.watched(for: 15_000, every: 1_000, now: Self.start + 100_000)
        #expect(!machine.isWatched(at: Self.start + 100_000))
    }

    @Test("after failures it waits ever longer, and reads on")
    func failures() {
        var machine = AgentStateMachine(timing: AgentTiming(), now: Self.start, chance: 0)
        let (reads, publishes) = run(&machine, to: Self.start + 1_200_000, outcome: .failed)
        #expect(reads.count == 121)
        let waits = zip(publishes, publishes.dropFirst()).map { $1 - $0 }
        #expect(Array(waits.prefix(8)) == [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 120_000])
        #expect(waits.dropFirst(8).allSatisfy { $0 == 120_000 })
        var other = AgentStateMachine(timing: AgentTiming(), now: Self.start, chance: 0)
        _ = other.next(now: Self.start)
        _ = run(&other, to: Self.start + 14_000, outcome: .failed)
        let afterwards = run(&other, from: Self.start + 14_000, to: Self.start + 200_000)
        #expect(afterwards.publishes.count == 4)
    }

    @Test("what waits is sent at once, request after request")
    func backlog() {
        var machine = AgentStateMachine(timing: AgentTiming(), now: Self.start, chance: 0)
        _ = run(&machine, to: Self.start + 9_000)
        var rest = 5
        var now = Self.start + 60_000
        var requests = 0
        while requests < 10 {
            switch machine.next(now: now) {
            case .read: continue
            case .publish:
                requests += 1
                rest -= 1
                machine.published(
                    .settled(watchedFor: 0, every: 1_000, hasMore: rest > 0), now: now, chance: 0)
            case .wait(let until):
                if rest <= 0 {
                    #expect(until > now)
                    #expect(requests == 5)
                    return
                }
                now = until
            case .end: return
            }
        }
        Issue.record("it went on sending")
    }

    @Test("a clock that is set back or ahead does not silence it")
    func clock() {
        for jump in [Int64(-86_400_000 * 30), 86_400_000] {
            var machine = AgentStateMachine(timing: AgentTiming(), now: Self.start, chance: 0.9)
            _ = run(&machine, to: Self.start + 100_000)
            let later = Self.start + jump
            let (reads, publishes) = run(&machine, from: later, to: later + 120_000)
            #expect((11...13).contains(reads.count))
            #expect((1...3).contains(publishes.count))
        }
    }

    @Test("told to stop, it sends what there is once more, whatever comes of it")
    func stopping() {
        for outcome in [AgentStateMachine.Outcome.failed, .settled(watchedFor: 9_000, every: 1_000, hasMore: false)] {
            var machine = AgentStateMachine(timing: AgentTiming(), now: Self.start, chance: 0)
            _ = machine.next(now: Self.start)
            machine.stop()
            #expect(machine.next(now: Self.start) == .publish)
            guard case .wait = machine.next(now: Self.start) else {
                Issue.record("it does not wait for the outcome")
                return
            }
            machine.published(outcome, now: Self.start, chance: 0)
            #expect(machine.next(now: Self.start) == .end)
        }
        var machine = AgentStateMachine(timing: AgentTiming(), now: Self.start, chance: 0)
        machine.stop()
        #expect(machine.next(now: Self.start) == .publish)
        machine.published(.settled(watchedFor: 0, every: 1_000, hasMore: true), now: Self.start, chance: 0)
        #expect(machine.next(now: Self.start) == .publish)
    }
}
