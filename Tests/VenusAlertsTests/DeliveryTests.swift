import Foundation
import Testing
import TestSupport
import VenusAlerts

@Suite("A message on its way")
struct DeliveryTests {
    private func answered(_ status: Int, _ retryAfter: Int64? = nil) -> DeliveryResult {
        .answered(status: status, retryAfter: retryAfter)
    }

    @Test("the schedule of the specification, and then it is given up")
    func schedule() {
        var delivery = DeliveryStateMachine(at: 0)
        var now: Int64 = 0
        var times: [Int64] = []
        while let due = delivery.due {
            #expect(delivery.begin(at: due - 1) == false)
            now = due
            #expect(delivery.begin(at: now) == true)
            times.append(now)
            _ = delivery.end(answered(500), chance: 0, at: now)
        }
        #expect(times == [0, 5, 305, 2_105, 9_305, 27_305, 63_305, 113_705, 185_705, 272_105])
        #expect(delivery.state == .failed(.exhausted, at: now))
    }

    @Test("chance only lengthens a delay, by a fifth at most", arguments: [-1, 0, 0.5, 0.999, 1, 7, .nan, .infinity])
    func jitter(chance: Double) throws {
        var delivery = DeliveryStateMachine(at: 0)
        #expect(delivery.begin(at: 0) == true)
        _ = delivery.end(.timedOut, chance: 0, at: 0)
        #expect(delivery.begin(at: 5) == true)
        _ = delivery.end(.timedOut, chance: chance, at: 5)
        #expect((305...365).contains(try #require(delivery.due)))
    }

    @Test("2xx is success, 410 the end, and everything else a failure, redirects too", arguments: 100...599)
    func statuses(status: Int) {
        var delivery = DeliveryStateMachine(at: 0)
        #expect(delivery.begin(at: 0) == true)
        let action = delivery.end(answered(status), chance: 0, at: 1)
        switch status {
        case 200...299: #expect(action == .delivered)
        case 410: #expect(action == .giveUp(.gone))
        case 429, 502, 504: #expect(action == .retry(due: 6, pause: 6))
        default: #expect(action == .retry(due: 6, pause: nil))
        }
    }

    @Test("Retry-After is honoured where it is longer, within a day")
    func retryAfter() {
        for (asked, due) in [(0, 5), (4, 5), (100, 100), (10_000_000, 86_400), (-5, 5)] as [(Int64, Int64)] {
            var delivery = DeliveryStateMachine(at: 0)
            #expect(delivery.begin(at: 0) == true)
            #expect(delivery.end(answered(503, asked), chance: 0, at: 0) == .retry(due: due, pause: due))
        }
    }

    @Test("an answer that comes when nothing is under way changes nothing; a restart makes the attempt again")
    func restart() throws {
        var delivery = DeliveryStateMachine(at: 0)
        #expect(delivery.end(answered(200), chance: 0, at: 0) == nil)
        #expect(delivery.begin(at: 0) == true)
        #expect(delivery.begin(at: 0) == false)
        var again = try JSONDecoder().decode(DeliveryStateMachine.self, from: JSONEncoder().encode(delivery))
        again.recover(at: 50)
        #expect(again.state == .waiting(attempt: 0, due: 50))
        #expect(again.begin(at: 50) == true)
        #expect(again.end(answered(204), chance: 0, at: 51) == .delivered)
        #expect(again.end(answered(500), chance: 0, at: 52) == nil && again.isOver)
    }

    @Test(
        "Retry-After as it is written",
        arguments: [
            ("120", 120), (" 7\t", 7), ("0", 0), ("99999999999999999999999", 86_400), ("86401", 86_400),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 37), ("Sun, 06 Nov 1994 08:48:59 GMT", 0),
            ("Mon, 07 Nov 2094 08:49:37 GMT", 86_400), ("", nil), ("-1", nil), ("1.5", nil), ("soon", nil),
            ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 06 Nuv 1994 08:49:37 GMT", nil),
            ("Sun, 06 Nov 1994 28:49:37 GMT", nil), ("Sun, 00 Nov 1994 08:49:37 GMT", nil), ("٣", nil),
        ] as [(String, Int64?)])
    func retryAfterText(text: String, seconds: Int64?) {
        // 784,111,777 is Sun, 06 Nov 1994 08:49:37 GMT (RFC 9110, section 5.6.7).
        #expect(RetryAfter.seconds(text, at: 784_111_740) == seconds)
    }
}

@Suite("The outbox of an endpoint")
struct EndpointOutboxTests {
    private let ok = DeliveryResult.answered(status: 200, retryAfter: nil)
    private let down = DeliveryResult.answered(status: 500, retryAfter: nil)

    @Test("a resolution never overtakes what it resolves; other faults go on")
    func order() {
        var outbox = EndpointOutbox()
        for (id, fault) in [("a1", "a"), ("a2", "a"), ("b1", "b")] {
            #expect(outbox.enqueue(id: id, fault: fault, at: 0) == .queued)
        }
        #expect(outbox.enqueue(id: "a2", fault: "a", at: 0) == .known)
        #expect(outbox.begin(at: 0) == ["a1", "b1"])
        #expect(outbox.begin(at: 0).isEmpty && outbox.due == nil)
        #expect(outbox.end(id: "a1", down, chance: 0, at: 1) == .retry(due: 6))
        #expect(outbox.end(id: "b1", ok, chance: 0, at: 1) == .delivered)
        #expect(outbox.begin(at: 5).isEmpty && outbox.due == 6)
        #expect(outbox.begin(at: 6) == ["a1"])
        #expect(outbox.end(id: "a1", ok, chance: 0, at: 7) == .delivered)
        #expect(outbox.begin(at: 7) == ["a2"])
        #expect(outbox.end(id: "a1", ok, chance: 0, at: 7) == nil)
    }

    @Test("few attempts at a time, and none while the receiver asks for a pause")
    func throttled() {
        var outbox = EndpointOutbox()
        for number in 0..<10 { _ = outbox.enqueue(id: "m\(number)", fault: "f\(number)", at: 0) }
        #expect(outbox.begin(at: 0) == ["m0", "m1", "m2", "m3"])
        #expect(outbox.end(id: "m0", .answered(status: 429, retryAfter: 60), chance: 0, at: 0) == .retry(due: 60))
        #expect(outbox.begin(at: 59).isEmpty && outbox.due == 60)
        #expect(outbox.begin(at: 60) == ["m0"])
    }

    @Test("410 disables the endpoint at once")
    func gone() {
        var outbox = EndpointOutbox()
        for id in ["a", "b"] { _ = outbox.enqueue(id: id, fault: id, at: 0) }
        _ = outbox.begin(at: 0)
        let outcome = outbox.end(id: "a", .answered(status: 410, retryAfter: nil), chance: 0, at: 1)
        #expect(outcome == .disabled(.gone, lost: ["b"]))
        #expect(outbox.enqueue(id: "c", fault: "c", at: 2) == .disabled)
        #expect(outbox.end(id: "b", ok, chance: 0, at: 2) == nil)
        outbox.enable()
        #expect(outbox.enqueue(id: "c", fault: "c", at: 3) == .queued)
    }

    @Test("an endpoint that takes nothing for days is disabled, one that takes other messages is not")
    func exhausted() {
        for othersArrive in [false, true] {
            var outbox = EndpointOutbox()
            _ = outbox.enqueue(id: "a", fault: "a", at: 0)
            var last: EndpointOutbox.Outcome?
            var now: Int64 = 0
            while let due = outbox.due {
                now = due
                if othersArrive { _ = outbox.enqueue(id: "b\(now)", fault: "b", at: now) }
                for id in outbox.begin(at: now) {
                    let outcome = outbox.end(id: id, id == "a" ? down : ok, chance: 0.5, at: now)
                    if id == "a" { last = outcome }
                }
            }
            #expect(last == (othersArrive ? .failed(.exhausted) : .disabled(.exhausted, lost: [])))
        }
    }

    @Test("what will never be taken is given up without disabling anything")
    func refused() {
        var outbox = EndpointOutbox()
        _ = outbox.enqueue(id: "a", fault: "a", at: 0)
        _ = outbox.begin(at: 0)
        let outcome = outbox.end(
            id: "a", .answered(status: 400, retryAfter: nil), refusals: [400], chance: 0, at: 1)
        #expect(outcome == .failed(.refused) && outbox.standing == .enabled && outbox.messages.isEmpty)
    }

    @Test("the bound")
    func bound() {
        var outbox = EndpointOutbox()
        for number in 0..<EndpointOutbox.maximumMessages {
            guard outbox.enqueue(id: "m\(number)", fault: "f", at: 0) == .queued else {
                Issue.record("refused at \(number)")
                return
            }
        }
        #expect(outbox.enqueue(id: "one more", fault: "f", at: 0) == .full)
        #expect(outbox.messages.count == EndpointOutbox.maximumMessages)
    }

    @Test("whatever answers come, each message ends once, in its fault's order", arguments: 0..<10)
    func anything(seed: UInt64) throws {
        var numbers = SeededGenerator(seed: seed)
        var outbox = EndpointOutbox()
        var ended: [String: [Int]] = [:]
        for number in 0..<60 { _ = outbox.enqueue(id: "m\(number)", fault: "f\(number % 7)", at: 0) }
        var now: Int64 = 0
        while let due = outbox.due {
            now = max(now, due)
            for id in outbox.begin(at: now) {
                if numbers.next() % 8 == 0 {
                    // Killed while sending.
                    outbox = try JSONDecoder().decode(EndpointOutbox.self, from: JSONEncoder().encode(outbox))
                    outbox.recover(at: now)
                    break
                }
                let result = numbers.pick([
                    ok, ok, down, .timedOut, .broken(errorType: "connection_refused"),
                    .answered(status: 429, retryAfter: 9), .answered(status: 302, retryAfter: nil),
                ])
                switch outbox.end(id: id, result, chance: 0.3, at: now) {
                case .delivered, .failed:
                    let number = try #require(Int(id.dropFirst()))
                    ended["f\(number % 7)", default: []].append(number)
                case .retry: break
                case .disabled, nil: Issue.record("\(id)")
                }
            }
            if outbox.messages.contains(where: { if case .sending = $0.delivery.state { true } else { false } }) {
                outbox.recover(at: now)
            }
        }
        #expect(ended.values.reduce(0) { $0 + $1.count } == 60)
        for numbers in ended.values { #expect(numbers == numbers.sorted()) }
    }
}
