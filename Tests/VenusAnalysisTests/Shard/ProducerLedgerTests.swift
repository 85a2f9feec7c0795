import Testing
import VenusAnalysis
import VenusCallLog
import VenusCore
import VenusStore

@Suite struct ProducerLedgerTests {
    private let producer = Samples.producer("p")
    private let now = Samples.epoch * 1_000

    private func header(_ first: UInt64, _ count: Int) -> BlockHeader {
        BlockHeader(producer: producer, first: first, count: count, t0: Samples.epoch * 1_000_000)
    }

    @Test("a block that was appended twice counts once")
    func duplicate() {
        var ledger = ProducerLedger(shard: 0)
        #expect(ledger.noteBlock(header(1, 10), appendedAt: now, now: now) == 0)
        #expect(ledger.noteBlock(header(1, 10), appendedAt: now, now: now) == 10)
        #expect(ledger.noteBlock(header(3, 2), appendedAt: now, now: now) == 2)
        #expect(ledger.takeChanges(now: now).losses.isEmpty)
    }

    @Test("of a block that is known in part, the rest counts")
    func overlap() {
        var ledger = ProducerLedger(shard: 0)
        _ = ledger.noteBlock(header(1, 10), appendedAt: now, now: now)
        #expect(ledger.noteBlock(header(8, 10), appendedAt: now, now: now) == 3)
        let changes = ledger.takeChanges(now: now)
        #expect(changes.marks.map(\.highest) == [17])
        #expect(changes.losses.isEmpty)
    }

    @Test("a gap is a loss, with service and time")
    func gap() {
        var ledger = ProducerLedger(shard: 0)
        _ = ledger.noteBlock(header(4, 2), appendedAt: now, now: now)
        _ = ledger.noteBlock(header(10, 1), appendedAt: now, now: now + 7)
        let losses = ledger.takeChanges(now: now).losses
        #expect(losses.map(\.first) == [1, 6])
        #expect(losses.map(\.count) == [3, 4])
        #expect(losses.map(\.at) == [now, now + 7])
        #expect(losses.allSatisfy { $0.service == "checkout" && $0.environment == "production" })
    }

    @Test("what is missing below a heartbeat may still come while calls wait; otherwise, and at the end, it is lost")
    func heartbeats() {
        var ledger = ProducerLedger(shard: 0)
        let word = { (next: UInt64, isEnd: Bool, queued: Int, spooled: Int) in
            Heartbeat(
                producer: producer, next: next, callsInFlight: 1, callsQueued: queued, callsDropped: 0, version: "1",
                isEnd: isEnd, callsSpooled: spooled)
        }
        ledger.note(word(5, false, 4, 0), appendedAt: now, now: now)
        ledger.note(word(5, false, 0, 4), appendedAt: now, now: now)
        #expect(ledger.takeChanges(now: now).losses.isEmpty)
        _ = ledger.noteBlock(header(1, 4), appendedAt: now, now: now)
        ledger.note(word(5, false, 0, 0), appendedAt: now, now: now)
        #expect(ledger.takeChanges(now: now).losses.isEmpty)
        ledger.note(word(7, false, 0, 0), appendedAt: now, now: now)
        let missing = ledger.takeChanges(now: now)
        #expect(missing.losses.map(\.first) == [5])
        #expect(missing.losses.map(\.count) == [2])
        #expect(missing.marks.map(\.hasEnded) == [false])
        ledger.note(word(9, true, 4, 0), appendedAt: now, now: now)
        let changes = ledger.takeChanges(now: now)
        #expect(changes.losses.map(\.first) == [7])
        #expect(changes.losses.map(\.count) == [2])
        #expect(changes.marks.map(\.hasEnded) == [true])
        #expect(changes.marks.map(\.highest) == [8])
        // The answer to the end was lost, so it was sent again.
        ledger.note(word(9, true, 4, 0), appendedAt: now, now: now)
        #expect(ledger.takeChanges(now: now).losses.isEmpty)
    }

    @Test("what a service announces is its producer's that began last, and holds for an hour after its end")
    func announcements() {
        var ledger = ProducerLedger(shard: 0)
        func say(_ id: String, _ service: String, began: Int64, at time: Int64, isEnd: Bool = false) {
            let producer = Producer(id: id, environment: "production", service: service, instance: "i", host: "h")
            ledger.note(
                Heartbeat(
                    producer: producer, next: 1, callsInFlight: 0, callsQueued: 0, callsDropped: 0, version: "1",
                    isEnd: isEnd, report: ProxyReport(startedAt: began, announced: ["a:1", "\(service):2"])),
                appendedAt: time, now: time)
        }
        let found = { (ledger: ProducerLedger, since: Int64) in
            ledger.announcements(since: since, limit: 10).map { "\($0.address) \($0.service)" }
        }
        say("p", "old", began: now - 9_000, at: now)
        say("q", "new", began: now - 5_000, at: now)
        // The first says it again, later than the other.
        say("p", "old", began: now - 9_000, at: now + 1)
        #expect(found(ledger, now) == ["a:1 new", "new:2 new", "old:2 old"])
        say("q", "new", began: now - 5_000, at: now + 2, isEnd: true)
        #expect(found(ledger, now) == ["a:1 new", "new:2 new", "old:2 old"])
        #expect(found(ledger, now + 2) == ["a:1 new", "new:2 new"])
        #expect(ledger.announcements(since: now, limit: 1).count == 1)
        // The next owner of the shard knows it.
        let next = ProducerLedger(shard: 0, marks: ledger.takeChanges(now: now).marks)
        #expect(found(next, now) == ["a:1 new", "new:2 new", "old:2 old"])
    }

    @Test("a producer's clock is known by the heartbeats that took least to arrive")
    func clockSkew() {
        var clock = ProducerClock()
        // Five seconds ahead; the log was away at first.
        var skews = [clock.note(sentAt: now + 5_000, appendedAt: now + 60_000)]
        for beat in 1...20 as ClosedRange<Int64> {
            let sent = now + 5_000 + beat * 5_000
            skews.append(clock.note(sentAt: sent, appendedAt: sent - 5_000 + (beat == 7 ? 0 : 30)))
        }
        #expect(skews.prefix(2) == [0, 0])
        #expect(skews[2...6] == [4_970, 4_970, 4_970, 4_970, 4_970])
        #expect(skews[7...18].allSatisfy { $0 == 5_000 })
        #expect(skews[19] == 4_970)
    }

    @Test("what a proxy says of itself is written when it is new, and once an hour; who was killed keeps what it said")
    func reports() {
        var ledger = ProducerLedger(shard: 0)
        let hour: Int64 = 3_600_000
        func say(_ denied: UInt64, after milliseconds: Int64, isUnclean: Bool = false) -> [ProxyState] {
            let policy = PolicyReport(mode: .enforce, rules: 1, since: 5, denied: denied)
            let heartbeat = Heartbeat(
                producer: producer, next: 1, callsInFlight: isUnclean ? 3 : 7, callsQueued: 0, callsDropped: 0,
                version: "1", isEnd: isUnclean, callsSpooled: 2, isUnclean: isUnclean,
                report: isUnclean ? ProxyReport() : ProxyReport(startedAt: 1, policy: policy))
            ledger.note(heartbeat, appendedAt: now + milliseconds, now: now + milliseconds)
            let changes = ledger.takeChanges(now: now + milliseconds)
            // What whoever closes it found in its file is newer than its last word.
            #expect(changes.marks.map(\.callsInFlight) == [isUnclean ? 3 : 7])
            return changes.proxies
        }
        let first = say(0, after: 0)
        #expect(first.map(\.saidAt) == [now] && first.map(\.callsSpooled) == [2])
        #expect(first.map(\.report.policy?.rules) == [1] && first.map(\.hasEndedUncleanly) == [false])
        #expect(say(0, after: 5_000).isEmpty)
        #expect(say(1, after: 10_000).map(\.report.policy?.denied) == [1])
        #expect(say(1, after: 10_000 + hour - 1).isEmpty)
        #expect(say(1, after: 10_000 + hour).map(\.saidAt) == [now + 10_000 + hour])
        let last = say(0, after: 20_000 + hour, isUnclean: true)
        #expect(last.map(\.hasEndedUncleanly) == [true] && last.map(\.report.policy?.denied) == [1])
    }

    @Test("a ledger goes on from stored marks, and forgets producers that are long silent")
    func stored() {
        var ledger = ProducerLedger(shard: 0)
        _ = ledger.noteBlock(header(1, 10), appendedAt: now, now: now)
        var next = ProducerLedger(shard: 0, marks: ledger.takeChanges(now: now).marks)
        #expect(next.noteBlock(header(1, 11), appendedAt: now, now: now) == 10)
        #expect(next.isKnown("p"))
        _ = next.takeChanges(now: now + 9 * 86_400_000)
        #expect(!next.isKnown("p"))
    }
}
