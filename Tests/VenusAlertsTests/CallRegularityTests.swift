import Foundation
import Testing
import TestSupport
import VenusAlerts

@Suite("Subjects that are called all day")
struct CallRegularityTests {
    private let day: Int64 = 1_440

    /// Calls in the first `busy` of `of` minutes and in the last one.
    private func regularity(busy: Int, of minutes: Int) -> CallRegularity {
        var regularity = CallRegularity()
        for minute in 0..<(busy - 1) { regularity.note(callAt: Int64(minute) * 60) }
        regularity.note(callAt: Int64(minutes - 1) * 60 + 59)
        return regularity
    }

    @Test("90 % of the minutes, and not one fewer")
    func share() {
        let last = 1_439 * 60 + 59
        for (busy, isSilent) in [(1_295, false), (1_296, true), (1_440, true)] {
            let calls = regularity(busy: busy, of: 1_440)
            #expect(calls.busy == busy)
            #expect(calls.isSilent(at: Int64(last + 300), for: 300) == isSilent)
        }
    }

    @Test("silent from the very second on")
    func seconds() {
        let calls = regularity(busy: 1_440, of: 1_440)
        let last = calls.lastCall!
        #expect(!calls.isSilent(at: last + 299, for: 300))
        #expect(calls.isSilent(at: last + 300, for: 300))
        #expect(calls.isSilent(at: last + 1_000_000, for: 300))
        #expect(!calls.isSilent(at: .min, for: 300))
    }

    @Test("what is new is not regular, and a night off makes it irregular")
    func young() {
        var calls = CallRegularity()
        #expect(!calls.isSilent(at: 1_000, for: 1))
        for minute in 0..<600 { calls.note(callAt: Int64(minute) * 60) }
        #expect(!calls.isSilent(at: 100_000, for: 300))
        for minute in 600..<2_000 { calls.note(callAt: Int64(minute) * 60) }
        #expect(calls.busy == 1_440)
        calls.note(callAt: 2_200 * 60)
        #expect(calls.busy == 1_440 - 200)
        calls.note(callAt: 100_000 * 60)
        #expect(calls.busy == 1)
    }

    @Test("as a plain list of minutes would count", arguments: 0..<8)
    func model(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var calls = CallRegularity()
        var minutes: Set<Int64> = []
        var newest: Int64 = 0
        for step in 0..<3_000 {
            let minute =
                newest + generator.pick([0, 1, 1, 1, 2, 3, -1, -700, -1_439, -1_440, 40, step % 500 == 0 ? 2_000 : 1])
            calls.note(callAt: minute * 60 + generator.pick([0, 30, 59]))
            if step == 0 { newest = minute }
            if minute > newest - 1_440 { minutes.insert(minute) }
            newest = max(newest, minute)
            minutes = minutes.filter { $0 > newest - 1_440 }
            #expect(calls.busy == minutes.count)
        }
        let again = try JSONDecoder().decode(CallRegularity.self, from: JSONEncoder().encode(calls))
        #expect(again == calls)
    }
}
