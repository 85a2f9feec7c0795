import Testing
import TestSupport
import VenusProxy

@Suite("The timer wheel")
struct TimerWheelTests {
    private func time(_ milliseconds: UInt64) -> SteadyTime {
        SteadyTime(microseconds: 50_000_000 + milliseconds * 1_000)
    }

    private func expired(_ wheel: inout TimerWheel, at now: SteadyTime) -> [Int32] {
        var ids: [Int32] = []
        while let id = wheel.expire(now: now) { ids.append(id) }
        return ids
    }

    @Test("fires at the deadline or a tick later, never before")
    func fires() {
        var wheel = TimerWheel(now: time(0))
        wheel.arm(3, at: time(55))
        #expect(expired(&wheel, at: time(54)).isEmpty)
        #expect(expired(&wheel, at: time(65)) == [3])
        #expect(expired(&wheel, at: time(100)).isEmpty)
    }

    @Test("fires at the last deadline that was set, earlier or later")
    func moves() {
        var wheel = TimerWheel(now: time(0))
        wheel.arm(1, at: time(100))
        wheel.arm(1, at: time(500))
        #expect(expired(&wheel, at: time(200)).isEmpty)
        wheel.arm(1, at: time(250))
        #expect(expired(&wheel, at: time(260)) == [1])
        #expect(expired(&wheel, at: time(600)).isEmpty)
    }

    @Test("forgets what was disarmed, also if it is armed again")
    func disarms() {
        var wheel = TimerWheel(now: time(0))
        wheel.arm(1, at: time(100))
        wheel.disarm(1)
        #expect(expired(&wheel, at: time(200)).isEmpty)
        wheel.arm(1, at: time(300))
        wheel.disarm(1)
        wheel.arm(1, at: time(400))
        #expect(expired(&wheel, at: time(390)).isEmpty)
        #expect(expired(&wheel, at: time(410)) == [1])
    }

    @Test("keeps deadlines far beyond its size")
    func farDeadlines() {
        var wheel = TimerWheel(now: time(0))
        wheel.arm(1, at: time(3_600_000))
        var now: UInt64 = 0
        while now < 3_599_990 {
            now += 997
            if now < 3_600_000 { #expect(expired(&wheel, at: time(now)).isEmpty, "at \(now)") }
        }
        #expect(expired(&wheel, at: time(3_600_020)) == [1])
    }

    @Test("says how long nothing is due")
    func waiting() {
        var wheel = TimerWheel(now: time(0))
        #expect(wheel.next == .distantFuture)
        wheel.arm(1, at: time(300))
        #expect((time(300)...time(310)).contains(wheel.next))
        wheel.arm(2, at: time(40))
        #expect((time(40)...time(50)).contains(wheel.next))
        #expect(expired(&wheel, at: time(50)) == [2])
        #expect((time(300)...time(310)).contains(wheel.next))
    }

    @Test("agrees with a list of deadlines whatever is done to it", arguments: 0..<20)
    func againstModel(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var wheel = TimerWheel(now: time(0))
        var model: [Int32: UInt64] = [:]
        var now: UInt64 = 0
        for _ in 0..<3_000 {
            let id = Int32(random.next() % 50)
            switch random.next() % 4 {
            case 0, 1:
                let deadline = now + random.next() % 30_000
                wheel.arm(id, at: time(deadline))
                model[id] = deadline
            case 2:
                wheel.disarm(id)
                model[id] = nil
            default:
                now += random.next() % 400
                for id in expired(&wheel, at: time(now)) {
                    #expect(model[id].map { $0 <= now } == true)
                    model[id] = nil
                }
                // Two ticks: one of rounding up, one of the tick under way.
                #expect(model.values.allSatisfy { $0 + 20 > now })
            }
        }
    }
}
