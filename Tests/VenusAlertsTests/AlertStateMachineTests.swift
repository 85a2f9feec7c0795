import Foundation
import Testing
import TestSupport
import VenusAlerts
import VenusCore

@Suite("One alert")
struct AlertStateMachineTests {
    private let limits = AlertLimits(direction: .above, raise: 100, clear: 80, for: 60, keepFiringFor: 120)

    /// Feeds a value a second and returns what changed.
    private func run(
        _ alert: inout AlertStateMachine, from start: Int64, _ readings: [AlertReading], limits: AlertLimits? = nil
    ) -> [AlertTransition] {
        readings.enumerated().flatMap {
            alert.evaluate($0.element, limits: limits ?? self.limits, at: start + Int64($0.offset))
        }
    }

    private func values(_ value: Double, _ count: Int) -> [AlertReading] {
        Array(repeating: .value(value), count: count)
    }

    @Test("pending, firing, resolved, each at its exact second")
    func life() {
        var alert = AlertStateMachine(rule: "r")
        let all = run(&alert, from: 1_000, values(101, 100) + values(80, 200))
        #expect(all.map(\.kind) == [.pending, .firing, .resolved])
        // Raised at 1000, for 60 s; over at 1100, kept for 120 s.
        #expect(all.map(\.at) == [1_000, 1_060, 1_220])
        #expect(all.map(\.sequence) == [1, 2, 3])
        #expect(alert.state == .inactive)
    }

    @Test(
        "values at a limit and just beyond it",
        arguments: [
            (Direction.above, 100.0, 80.0, 100.0.nextUp, 80.0.nextUp),
            (Direction.below, 0.95, 0.99, 0.95.nextDown, 0.99.nextDown),
        ])
    func boundaries(direction: Direction, raise: Double, clear: Double, beyond: Double, notYetClear: Double) {
        let limits = AlertLimits(direction: direction, raise: raise, clear: clear)
        var alert = AlertStateMachine(rule: "r")
        #expect(alert.evaluate(.value(raise), limits: limits, at: 0).isEmpty)
        #expect(alert.evaluate(.value(beyond), limits: limits, at: 1).map(\.kind) == [.pending, .firing])
        #expect(alert.evaluate(.value(raise), limits: limits, at: 2).isEmpty)
        #expect(alert.evaluate(.value(notYetClear), limits: limits, at: 3).isEmpty)
        #expect(alert.evaluate(.value(clear), limits: limits, at: 4).map(\.kind) == [.resolved])
    }

    @Test("a pending alert that is over is dropped, and begins anew")
    func dropped() {
        var alert = AlertStateMachine(rule: "r")
        let all = run(&alert, from: 0, values(101, 60) + values(100, 1) + values(101, 61))
        #expect(all.map(\.kind) == [.pending, .dropped, .pending, .firing])
        #expect(all.map(\.at) == [0, 60, 61, 121])
        #expect(all.map(\.episode) == [1, 1, 2, 2])
    }

    @Test("a value that flaps makes one alert")
    func flapping() {
        // Across the raising level, and across both, faster than the alert is kept.
        for low in [90.0, 79.0] {
            var alert = AlertStateMachine(rule: "r")
            let flapping = (0..<3_600).map { AlertReading.value($0 % 100 < 70 ? 101 : low) }
            let all = run(&alert, from: 0, flapping + values(50, 200))
            #expect(all.map(\.kind) == [.pending, .firing, .resolved])
        }
    }

    @Test("a clearing level on the wrong side is the raising one")
    func wrongClear() {
        #expect(AlertLimits(direction: .above, raise: 10, clear: 11).clear == 10)
        #expect(AlertLimits(direction: .below, raise: 10, clear: 9).clear == 10)
        #expect(AlertLimits(direction: .above, raise: 10, clear: .nan).clear == 10)
        #expect(AlertLimits(direction: .above, raise: 10, clear: 9).clear == 9)
    }

    @Test("too few calls drop a pending alert, and do not end a firing one for an hour")
    func quiet() {
        var alert = AlertStateMachine(rule: "r")
        #expect(run(&alert, from: 0, values(101, 5) + [.quiet]).map(\.kind) == [.pending, .dropped])
        #expect(run(&alert, from: 10, values(101, 61)).map(\.kind) == [.pending, .firing])
        let quiet = run(&alert, from: 71, Array(repeating: .quiet, count: 4_000))
        #expect(quiet.map(\.kind) == [.resolved])
        // Last seen at 70, so quiet for 3,600 s at 3670.
        #expect(quiet.map(\.at) == [3_670])
    }

    @Test("what is not covered changes nothing and counts no time")
    func uncovered() {
        var alert = AlertStateMachine(rule: "r")
        let gap = Array(repeating: AlertReading.uncovered, count: 500)
        let all = run(&alert, from: 0, values(101, 31) + gap + values(101, 32))
        #expect(all.map(\.kind) == [.pending, .firing])
        // Held 30 s before the gap; the step out of it counts one second, and 29 more are missing.
        #expect(all.map(\.at) == [0, 560])
    }

    @Test("the time of a restart does not count, and clocks that go back harm nothing")
    func restart() throws {
        var alert = AlertStateMachine(rule: "r")
        _ = run(&alert, from: 0, values(101, 31))
        let data = try JSONEncoder().encode(alert)
        var next = try JSONDecoder().decode(AlertStateMachine.self, from: data)
        #expect(next == alert)
        #expect(next.evaluate(.value(101), limits: limits, at: 1_000).isEmpty)
        #expect(next.evaluate(.value(101), limits: limits, at: 400).isEmpty)
        #expect(next.evaluate(.value(101), limits: limits, at: .min).isEmpty)
        #expect(next.evaluate(.value(101), limits: limits, at: .max).isEmpty)
        let all = run(&next, from: 2_000, values(101, 31))
        #expect(all.map(\.kind) == [.firing])
        #expect(all.map(\.at) == [2_030])
    }

    @Test("a transition that is made again has the same id, any other has another")
    func ids() throws {
        var alert = AlertStateMachine(rule: "r")
        let stored = alert
        let first = run(&alert, from: 0, values(101, 61))
        // The evaluator died before it could store anything; the next one sees the same a little later.
        var again = stored
        let second = run(&again, from: 7, values(105, 61))
        #expect(first.map(\.id) == second.map(\.id))
        var other = AlertStateMachine(rule: "s")
        let ids =
            (first + run(&alert, from: 61, values(0, 200) + values(101, 100)) + run(&other, from: 0, values(101, 61)))
            .map(\.id)
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { !$0.contains(".") && $0.count == 32 })
    }

    @Test("silence is a state of its own; a firing alert goes on after it")
    func noData() {
        var alert = AlertStateMachine(rule: "r")
        #expect(run(&alert, from: 0, [.silent, .silent]).map(\.kind) == [.noData])
        #expect(alert.isActive)
        #expect(run(&alert, from: 5, values(1, 1)).map(\.kind) == [.resolved])
        #expect(run(&alert, from: 10, [.silent] + values(101, 1)).map(\.kind) == [.noData, .resolved, .pending])
        let firing = run(&alert, from: 12, values(101, 61) + [.silent] + values(101, 1))
        #expect(firing.map(\.kind) == [.firing, .noData, .firing])
        // Whoever saw it fire is not told of another alert: it is the same episode.
        #expect(Set(firing.map(\.episode)).count == 1)
        #expect(run(&alert, from: 100, [.silent, .quiet]).map(\.kind) == [.noData, .firing])
    }

    @Test("an alert whose rule goes ends")
    func end() {
        var alert = AlertStateMachine(rule: "r")
        #expect(alert.end(at: 0).isEmpty)
        _ = run(&alert, from: 0, values(101, 1))
        #expect(alert.end(at: 1).map(\.kind) == [.dropped])
        _ = run(&alert, from: 2, values(101, 62))
        #expect(alert.end(at: 70).map(\.kind) == [.resolved])
    }

    @Test("whatever is read, transitions alternate as they may", arguments: 0..<20)
    func anything(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var alert = AlertStateMachine(rule: "r")
        var now: Int64 = 0
        var last: AlertTransition?
        let limits = AlertLimits(direction: .above, raise: 100, clear: 80, for: 3, keepFiringFor: 5)
        for _ in 0..<5_000 {
            now += generator.pick([0, 1, 1, 1, 1, 2, 30, 61, 4_000, -5])
            let reading = generator.pick([
                AlertReading.value(101), .value(101), .value(90), .value(80), .value(.nan), .value(.infinity), .quiet,
                .silent, .uncovered,
            ])
            for transition in alert.evaluate(reading, limits: limits, at: now) {
                let allowed: [AlertTransition.Kind?] =
                    switch transition.kind {
                    case .pending: [nil, .dropped, .resolved]
                    case .dropped: [.pending]
                    case .firing: [.pending, .noData]
                    case .noData: [nil, .dropped, .resolved, .pending, .firing]
                    case .resolved: [.firing, .noData]
                    }
                #expect(allowed.contains(last?.kind), "\(transition.kind) after \(String(describing: last?.kind))")
                if transition.sequence == 1 {
                    #expect(transition.episode == (last?.episode ?? 0) + 1)
                } else {
                    #expect(transition.episode == last?.episode && transition.sequence == (last?.sequence ?? 0) + 1)
                }
                last = transition
            }
        }
        #expect(alert.episode > 10)
    }
}
