import Testing
import VenusServer

@Suite("A live session")
struct LiveSessionStateMachineTests {
    private typealias Machine = LiveSessionStateMachine
    private let start = ContinuousClock.now
    private let graph = View(topic: .graph)

    private func subscribe(_ topic: String = "graph", more: String = "") -> Machine.Frame {
        Machine.Frame(.text, payload: Array("{\"type\":\"subscribe\",\"topic\":\"\(topic)\"\(more)}".utf8))
    }

    /// The code of a close frame that is sent, alone.
    private func closeCode(_ actions: [Machine.Action]) -> CloseCode? {
        guard actions.count == 1, case .sendClose(let code, _) = actions[0] else { return nil }
        return code
    }

    /// The code of an error that is told, alone.
    private func errorCode(_ actions: [Machine.Action]) -> LiveError.Code? {
        guard actions.count == 1, case .sendError(let error) = actions[0] else { return nil }
        return error.code
    }

    /// That a view is at `seq`, with updates that build on these.
    private func news(_ seq: UInt64, steps: [UInt64] = [], epoch: Int64 = 7) -> LiveNews {
        LiveNews(position: LivePosition(epoch: epoch, seq: seq), steps: steps)
    }

    @Test("says hello, starts to deliver what is asked for, and stops")
    func conversation() {
        var machine = Machine(now: start)
        #expect(machine.opened() == [.sendHello])
        #expect(machine.received(subscribe(), now: start) == [.startDelivering(graph)])
        let unsubscribe = Machine.Frame(.text, payload: Array(#"{"type":"unsubscribe","topic":"graph"}"#.utf8))
        #expect(machine.received(unsubscribe, now: start) == [.stopDelivering(graph)])
        #expect(machine.received(unsubscribe, now: start) == [])
        #expect(machine.viewChanged(graph, news(1), isWritable: true) == .none)
    }

    @Test("the first delivery is a snapshot, each later one an update, none comes twice or late")
    func deliveries() {
        var machine = Machine(now: start)
        _ = machine.received(subscribe(), now: start)
        #expect(machine.viewChanged(graph, news(5, steps: [3]), isWritable: true) == .snapshot)
        #expect(machine.viewChanged(graph, news(6, steps: [3, 5]), isWritable: true) == .updates(1))
        #expect(machine.viewChanged(graph, news(6, steps: [3, 5]), isWritable: true) == .none)
        #expect(machine.viewChanged(graph, news(5, steps: [3]), isWritable: true) == .none)
        #expect(machine.viewChanged(View(topic: .kpis), news(7, steps: [6]), isWritable: true) == .none)
        #expect(machine.viewChanged(graph, news(9, steps: [6, 8]), isWritable: true) == .updates(2))
        #expect(machine.viewChanged(graph, news(12, steps: [10, 11]), isWritable: true) == .snapshot)
    }

    @Test("a client that cannot keep up is skipped, and gets a snapshot when it can")
    func slow() {
        var machine = Machine(now: start)
        _ = machine.received(subscribe(), now: start)
        #expect(machine.viewChanged(graph, news(1), isWritable: true) == .snapshot)
        #expect(machine.viewChanged(graph, news(2, steps: [1]), isWritable: false) == .none)
        #expect(machine.viewChanged(graph, news(3, steps: [1, 2]), isWritable: false) == .none)
        #expect(machine.becameWritable(now: start) == [graph])
        #expect(machine.viewChanged(graph, news(3, steps: [1, 2]), isWritable: true) == .snapshot)
        #expect(machine.becameWritable(now: start) == [])
        #expect(machine.viewChanged(graph, news(4, steps: [1, 2, 3]), isWritable: true) == .updates(1))
    }

    @Test("since: nothing where nothing was missed, the updates that were, or a snapshot where they are gone")
    func since() {
        let returning = subscribe(more: #","since":{"epoch":7,"seq":5}"#)
        let cases: [(LiveNews, Machine.Delivery)] = [
            (news(5, steps: [4]), .none), (news(6, steps: [5]), .updates(1)),
            (news(9, steps: [3, 5, 8]), .updates(2)), (news(9, steps: [6, 8]), .snapshot), (news(9), .snapshot),
            // A seq that this server has not reached, and other servers' that look alike.
            (news(3, steps: [2]), .snapshot), (news(5, epoch: 8), .snapshot),
            (news(6, steps: [5], epoch: 8), .snapshot),
        ]
        for (news, delivery) in cases {
            var machine = Machine(now: start)
            _ = machine.received(returning, now: start)
            #expect(machine.viewChanged(graph, news, isWritable: true) == delivery, "\(news)")
            let next = LiveNews(
                position: LivePosition(epoch: news.position.epoch, seq: 20), steps: [news.position.seq])
            #expect(machine.viewChanged(graph, next, isWritable: true) == .updates(1), "\(news)")
        }
        var slow = Machine(now: start)
        _ = slow.received(returning, now: start)
        #expect(slow.viewChanged(graph, news(5), isWritable: false) == .none)
        #expect(slow.viewChanged(graph, news(6, steps: [5]), isWritable: false) == .none)
        #expect(slow.becameWritable(now: start) == [graph])
    }

    @Test("events are never skipped: who could not keep up gets what followed, or is told how much is gone")
    func events() {
        let calls = View(topic: .calls)
        let news = { (seq: UInt64, steps: [UInt64]) in
            LiveNews(position: LivePosition(epoch: 7, seq: seq), steps: steps, isConflated: false)
        }
        var machine = Machine(now: start)
        _ = machine.received(subscribe("calls"), now: start)
        #expect(machine.viewChanged(calls, news(10, [4, 8]), isWritable: true) == .snapshot)
        #expect(machine.viewChanged(calls, news(10, [4, 8]), isWritable: true) == .none)
        #expect(machine.viewChanged(calls, news(12, [8, 10]), isWritable: true) == .updates(1))
        #expect(machine.viewChanged(calls, news(15, [10, 12]), isWritable: false) == .none)
        #expect(machine.viewChanged(calls, news(16, [10, 12, 15]), isWritable: false) == .none)
        #expect(machine.becameWritable(now: start) == [calls])
        #expect(machine.viewChanged(calls, news(16, [10, 12, 15]), isWritable: true) == .updates(2))
        #expect(machine.becameWritable(now: start) == [])
        #expect(machine.viewChanged(calls, news(20, [16]), isWritable: false) == .none)
        #expect(machine.viewChanged(calls, news(90, [70, 80]), isWritable: true) == .gap(from: 16, updates: 2))
        #expect(machine.viewChanged(calls, news(91, [80, 90]), isWritable: true) == .updates(1))
    }

    @Test("events since: what was missed, a gap where some of it is gone, the whole for a position that never was")
    func eventsSince() {
        let calls = View(topic: .calls)
        for (seq, steps, epoch, delivery) in [
            (5, [], 7, .none), (5, [4], 7, .none), (9, [5, 6], 7, .updates(2)),
            (9, [7, 8], 7, .gap(from: 5, updates: 2)),
            (4, [3], 7, .snapshot), (9, [4, 8], 7, .snapshot), (5, [4], 8, .snapshot), (6, [5], 8, .snapshot),
        ] as [(UInt64, [UInt64], Int64, Machine.Delivery)] {
            for wasSlow in [false, true] {
                var machine = Machine(now: start)
                _ = machine.received(subscribe("calls", more: #","since":{"epoch":7,"seq":5}"#), now: start)
                let news = LiveNews(
                    position: LivePosition(epoch: epoch, seq: seq), steps: steps, isConflated: false)
                if wasSlow { #expect(machine.viewChanged(calls, news, isWritable: false) == .none) }
                #expect(machine.viewChanged(calls, news, isWritable: true) == delivery, "\(news)")
                #expect(machine.viewChanged(calls, news, isWritable: true) == .none)
            }
        }
    }

    @Test(
        "mistakes in messages are told and end nothing",
        arguments: [
            ("garbage", LiveError.Code.badMessage), ("{}", .badMessage), ("[]", .badMessage), ("\"x\"", .badMessage),
            (#"{"type":"subscribe","topic":"graph","filter":{"window":5}}"#, .badMessage),
            (#"{"type":"dance"}"#, .unknownType), (#"{"type":"subscribe"}"#, .unknownTopic),
            (#"{"type":"subscribe","topic":"weather"}"#, .unknownTopic),
            (#"{"type":"subscribe","topic":"graph","filter":{"window":"5y"}}"#, .badFilter),
            (#"{"type":"subscribe","topic":"graph","filter":{"by":"edge"}}"#, .badFilter),
            (#"{"type":"subscribe","topic":"calls","filter":{"window":"1m"}}"#, .badFilter),
            (#"{"type":"subscribe","topic":"calls","filter":{"limit":"101"}}"#, .badFilter),
        ])
    func mistakes(text: String, code: LiveError.Code) {
        var machine = Machine(now: start)
        let actions = machine.received(Machine.Frame(.text, payload: Array(text.utf8)), now: start)
        #expect(errorCode(actions) == code)
        #expect(machine.received(subscribe(), now: start) == [.startDelivering(graph)])
    }

    @Test("subscriptions are bounded; one that is there already may be asked for again")
    func bounded() {
        var machine = Machine(now: start)
        for number in 0..<16 {
            let actions = machine.received(subscribe(more: #","filter":{"service":"s\#(number)"}"#), now: start)
            #expect(actions.count == 1)
        }
        #expect(errorCode(machine.received(subscribe(), now: start)) == .tooManySubscriptions)
        let again = machine.received(subscribe(more: #","filter":{"service":"s3"}"#), now: start)
        #expect(again.count == 1 && errorCode(again) == nil)
    }

    @Test("a subscription that the server has no place for is told, takes no place itself, and may be asked for again")
    func refused() {
        var machine = Machine(now: start)
        _ = machine.received(subscribe(), now: start)
        #expect(errorCode(machine.subscriptionRefused(graph)) == .tooManyFilters)
        #expect(machine.subscriptionRefused(graph) == [])
        #expect(machine.viewChanged(graph, news(1), isWritable: true) == .none)
        for number in 0..<15 {
            let actions = machine.received(subscribe(more: #","filter":{"service":"s\#(number)"}"#), now: start)
            #expect(actions.count == 1 && errorCode(actions) == nil)
        }
        #expect(machine.received(subscribe(), now: start) == [.startDelivering(graph)])
        #expect(machine.viewChanged(graph, news(1), isWritable: true) == .snapshot)
    }

    @Test(
        "what RFC 6455 forbids closes with its code",
        arguments: [
            (Machine.Frame(.text, isMasked: false), CloseCode.protocolError),
            (Machine.Frame(.text, hasReservedBits: true), .protocolError),
            (Machine.Frame(.reserved), .protocolError), (Machine.Frame(.continuation), .protocolError),
            (Machine.Frame(.binary), .unacceptableData), (Machine.Frame(.text, payload: [0xff]), .invalidPayload),
            (Machine.Frame(.close, payload: [3]), .protocolError),
            (Machine.Frame(.close, payload: [0x03, 0xed]), .protocolError),  // 1005
            (Machine.Frame(.close, payload: [0x03, 0xe8, 0xff]), .invalidPayload),
            (Machine.Frame(.text, payload: [UInt8](repeating: 65, count: 20_000)), .messageTooBig),
        ])
    private func forbidden(frame: Machine.Frame, code: CloseCode) {
        var machine = Machine(now: start)
        #expect(closeCode(machine.received(frame, now: start)) == code)
        #expect(machine.received(subscribe(), now: start) == [])
        #expect(machine.viewChanged(graph, news(1), isWritable: true) == .none)
        #expect(machine.received(Machine.Frame(.close, payload: [0x03, 0xe8]), now: start) == [.disconnect])
    }

    @Test("a fragmented message is put together; another message in between is an error, a ping is not")
    func fragments() {
        var machine = Machine(now: start)
        let bytes = Array(#"{"type":"subscribe","topic":"graph"}"#.utf8)
        #expect(machine.received(Machine.Frame(.text, isFinal: false, payload: Array(bytes[..<5])), now: start) == [])
        #expect(machine.received(Machine.Frame(.ping, payload: [1]), now: start) == [.sendPong([1])])
        #expect(
            machine.received(Machine.Frame(.continuation, isFinal: false, payload: Array(bytes[5..<9])), now: start)
                == [])
        #expect(
            machine.received(Machine.Frame(.continuation, payload: Array(bytes[9...])), now: start)
                == [.startDelivering(graph)])
        _ = machine.received(Machine.Frame(.text, isFinal: false), now: start)
        #expect(closeCode(machine.received(Machine.Frame(.text), now: start)) == .protocolError)
    }

    @Test("endless fragments are too big")
    func endlessFragments() {
        var machine = Machine(now: start)
        _ = machine.received(Machine.Frame(.text, isFinal: false), now: start)
        var actions: [Machine.Action] = []
        for _ in 0..<100 where actions.isEmpty {
            actions = machine.received(Machine.Frame(.continuation, isFinal: false), now: start)
        }
        #expect(closeCode(actions) == .messageTooBig)
    }

    @Test("too many frames violate the policy; a steady few do not")
    func flood() {
        var machine = Machine(now: start)
        for second in 0..<60 {
            for _ in 0..<20 {
                let now = start + .seconds(second)
                #expect(machine.received(Machine.Frame(.pong), now: now) == [])
            }
        }
        var actions: [Machine.Action] = []
        for _ in 0..<200 where actions.isEmpty {
            actions = machine.received(Machine.Frame(.pong), now: start + .seconds(60))
        }
        #expect(closeCode(actions) == .policyViolation)
    }

    @Test("a quiet client is pinged, a silent one disconnected")
    func keepAlive() {
        var machine = Machine(now: start)
        #expect(machine.timePassed(now: start + .seconds(19)) == [])
        #expect(machine.timePassed(now: start + .seconds(20)) == [.sendPing])
        #expect(machine.timePassed(now: start + .seconds(21)) == [])
        #expect(machine.received(Machine.Frame(.pong), now: start + .seconds(22)) == [])
        #expect(machine.timePassed(now: start + .seconds(41)) == [])
        #expect(machine.timePassed(now: start + .seconds(42)) == [.sendPing])
        #expect(machine.timePassed(now: start + .seconds(82)) == [.disconnect])
        #expect(machine.timePassed(now: start + .seconds(200)) == [])
    }

    @Test("our close waits for the client's, but not for long")
    func closing() {
        var machine = Machine(now: start)
        #expect(
            machine.end(.sessionEnded, "the session ended", now: start)
                == [.sendClose(.sessionEnded, reason: "the session ended")])
        #expect(machine.end(.goingAway, "", now: start) == [])
        #expect(machine.timePassed(now: start + .seconds(1)) == [])
        #expect(machine.timePassed(now: start + .seconds(2)) == [.disconnect])
    }

    @Test("the client's close is answered with its code")
    func clientCloses() {
        var machine = Machine(now: start)
        #expect(
            machine.received(Machine.Frame(.close, payload: [0x03, 0xe8]), now: start)
                == [.answerClose(1_000), .disconnect])
        var other = Machine(now: start)
        #expect(other.received(Machine.Frame(.close), now: start) == [.answerClose(nil), .disconnect])
    }

    @Test("bytes that are no frames close, and after that disconnect")
    func undecodable() {
        var machine = Machine(now: start)
        #expect(closeCode(machine.decodingFailed(isTooLarge: true, now: start)) == .messageTooBig)
        #expect(machine.decodingFailed(isTooLarge: false, now: start) == [.disconnect])
    }
}
