import Testing
import VenusCore
import VenusProxy

@Suite("An exchange")
struct ExchangeStateMachineTests {
    private static let patience: UInt64 = 1_000_000

    private func time(_ milliseconds: UInt64) -> SteadyTime {
        SteadyTime(microseconds: 1_000_000 + milliseconds * 1_000)
    }

    /// A machine whose request is on its way on a connection.
    private func exchanging(
        _ request: String = "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", isReused: Bool = false
    ) throws -> ExchangeStateMachine {
        var machine = ExchangeStateMachine(now: time(0))
        machine.requestBegan(try #require(parseRequest(request).head), at: time(0), wallTime: 7)
        if !isReused { machine.awaitConnection(.connecting, at: time(0)) }
        machine.connected(isReused: isReused, at: time(10))
        return machine
    }

    private func post(_ length: Int) -> String {
        "POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\n\r\n"
    }

    private func respond(
        _ machine: inout ExchangeStateMachine, _ response: String, at milliseconds: UInt64 = 20,
        isStopping: Bool = false
    ) throws -> ExchangeStateMachine.ResponseHeadAction {
        machine.responseHead(
            try #require(parseResponse(response).head), at: time(milliseconds), isStopping: isStopping)
    }

    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    @Test("that goes well leads to the next on the same connections")
    func keepAlive() throws {
        var machine = try exchanging()
        #expect(try respond(&machine, Self.ok) == .forward(close: false, chunked: false))
        #expect(machine.responseCompleted(isPending: false, at: time(30)) == .end(.next))
        #expect(machine.responseEnd == CallEnd(.success))
        #expect(machine.upstreamPersists)
        #expect(machine.stage == .idle)
    }

    @Test("whose response breaks before a byte of it is out is answered with an error")
    func withdrawn() throws {
        var machine = try exchanging()
        _ = try respond(&machine, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        #expect(machine.responseBytes(Array("zz\r\n".utf8), at: time(25)) == nil)
        machine.responseWithdrawn()
        #expect(machine.status == 0)
        let failure = machine.failed(.httpProtocolError, at: time(30))
        #expect(failure == .refuse(.httpProtocolError, .failed(.httpProtocolError)))
        #expect(!machine.refusalCloses(isStopping: false))
    }

    @Test("has its times in their phases")
    func phases() throws {
        var machine = ExchangeStateMachine(now: time(0))
        let head = try #require(parseRequest("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n").head)
        machine.requestBegan(head, at: time(0), wallTime: 99)
        machine.awaitConnection(.blocked, at: time(1))
        machine.awaitConnection(.resolving, at: time(3))
        machine.awaitConnection(.connecting, at: time(6))
        machine.connected(isReused: false, at: time(10))
        _ = try respond(&machine, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", at: 15)
        let body = Array("abc".utf8)
        #expect(machine.responseBytes(body, at: time(20)) == 3)
        _ = machine.responseCompleted(isPending: false, at: time(21))
        let times = machine.times
        #expect(times.wallStart == 99)
        #expect(times.duration == 21_000)
        #expect(times.phases[.blocked] == 2_000)
        #expect(times.phases[.dns] == 3_000)
        #expect(times.phases[.connect] == 4_000)
        #expect(times.phases[.tls] == nil)
        #expect(times.phases[.ttfb] == 5_000)
        #expect(times.phases[.transfer] == 6_000)
    }

    @Test("on a reused connection has no phases of connecting")
    func reusedPhases() throws {
        var machine = try exchanging(isReused: true)
        _ = try respond(&machine, Self.ok)
        _ = machine.responseCompleted(isPending: false, at: time(30))
        #expect(machine.times.phases[.connect] == nil)
        #expect(machine.times.phases[.blocked] == nil)
        #expect(machine.isReused)
    }

    @Test("ends the connection where client, version, stop or response ask for it")
    func closes() throws {
        func outcome(_ request: String, _ response: String, isStopping: Bool = false) throws -> Bool {
            var machine = try exchanging(request)
            guard case .forward(let close, _) = try respond(&machine, response, isStopping: isStopping) else {
                return false
            }
            #expect(machine.closes == close)
            return close
        }
        let get = "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"
        #expect(try !outcome(get, Self.ok))
        #expect(try outcome(get, Self.ok, isStopping: true))
        #expect(try outcome("GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", Self.ok))
        #expect(try outcome("GET http://h/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", Self.ok))
        #expect(try outcome(get, "HTTP/1.1 200 OK\r\n\r\n"))
        #expect(try !outcome(get, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
    }

    @Test("does not use a connection again that the origin ends")
    func upstreamPersistence() throws {
        func persists(_ response: String) throws -> Bool {
            var machine = try exchanging()
            _ = try respond(&machine, response)
            return machine.upstreamPersists
        }
        #expect(try persists(Self.ok))
        #expect(try !persists("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
        #expect(try !persists("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"))
        #expect(try !persists("HTTP/1.1 200 OK\r\n\r\n"))
    }

    @Test("passes 1xx on, but not to HTTP/1.0 and not without end")
    func interim() throws {
        var machine = try exchanging()
        for _ in 0..<ExchangeStateMachine.maximumInterimResponses {
            #expect(try respond(&machine, "HTTP/1.1 103 Early Hints\r\n\r\n") == .forwardInterim)
        }
        #expect(try respond(&machine, "HTTP/1.1 103 Early Hints\r\n\r\n") == .fail(.httpProtocolError))
        var old = try exchanging("GET http://h/ HTTP/1.0\r\n\r\n")
        #expect(try respond(&old, "HTTP/1.1 100 Continue\r\n\r\n") == .dropInterim)
        var upgraded = try exchanging()
        #expect(try respond(&upgraded, "HTTP/1.1 101 Switching\r\n\r\n") == .fail(.httpUpgradeFailed))
    }

    @Test("becomes a tunnel by a 101 that takes up its offer, once the whole request is there")
    func upgrade() throws {
        let switching = try #require(parseResponse("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n").head)
        func answered(_ machine: inout ExchangeStateMachine) -> ExchangeStateMachine.ResponseHeadAction {
            machine.responseHead(switching, acceptsOffer: true, at: time(30), isStopping: false)
        }
        var machine = try exchanging()
        #expect(answered(&machine) == .upgrade)
        machine.upgraded(at: time(30))
        #expect(machine.stage == .tunnelling)
        #expect(machine.status == 101)
        #expect(machine.hasResponded)
        #expect(machine.closes)
        #expect(machine.times.phases[.ttfb] == 20_000)
        #expect(machine.isCalling)
        var unfinished = try exchanging(post(1))
        #expect(answered(&unfinished) == .fail(.httpUpgradeFailed))
        var complete = try exchanging(post(1))
        _ = complete.requestBytes(Array("a".utf8), at: time(11))
        #expect(answered(&complete) == .upgrade)
    }

    @Test("takes chunks off for a client of HTTP/1.0")
    func unchunks() throws {
        var machine = try exchanging("GET http://h/ HTTP/1.0\r\n\r\n")
        let response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(try respond(&machine, response) == .forward(close: true, chunked: false))
        #expect(machine.unchunks)
        #expect(machine.isEndedByClose)
    }

    @Test("whose response comes before the request is complete drains the rest, or lingers after an error")
    func earlyResponse() throws {
        var machine = try exchanging(post(100))
        #expect(try respond(&machine, Self.ok) == .forward(close: false, chunked: false))
        #expect(machine.responseCompleted(isPending: false, at: time(30)) == .end(.drain))
        let some = [UInt8](repeating: 1, count: 60)
        #expect(machine.drained(some, at: time(31)) == .goOn)
        #expect(machine.drained(some, at: time(32)) == .next(40))
        #expect(machine.stage == .idle)

        var refused = try exchanging(post(100))
        let tooLarge = "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"
        #expect(try respond(&refused, tooLarge) == .forward(close: true, chunked: false))
        #expect(refused.responseCompleted(isPending: false, at: time(30)) == .end(.linger))
    }

    @Test("that is answered while its client waits for a 100 ends the connection: a body may come or not")
    func answerInsteadOfContinue() throws {
        func closes(_ change: (inout ExchangeStateMachine) throws -> Void) throws -> Bool {
            var machine = try exchanging(
                "POST http://h/ HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            try change(&machine)
            _ = try respond(&machine, Self.ok)
            return machine.closes
        }
        #expect(try closes { _ in })
        #expect(try closes { _ = try respond(&$0, "HTTP/1.1 103 Early Hints\r\n\r\n") })
        #expect(try !closes { _ = try respond(&$0, "HTTP/1.1 100 Continue\r\n\r\n") })
        #expect(try !closes { _ = $0.requestBytes(Array("a".utf8), at: time(11)) })
    }

    @Test("whose response comes before more than is thrown away says that the connection ends")
    func earlyResponseToMuch() throws {
        func closes(_ length: Int) throws -> Bool {
            var machine = try exchanging(post(length))
            _ = machine.requestBytes([UInt8](repeating: 1, count: 10), at: time(11))
            return try respond(&machine, Self.ok) == .forward(close: true, chunked: false)
        }
        #expect(try !closes(ExchangeStateMachine.maximumDrainedBytes + 10))
        #expect(try closes(ExchangeStateMachine.maximumDrainedBytes + 11))
    }

    @Test("throws away a bounded number of bytes")
    func drainBound() throws {
        var machine = try exchanging(
            "POST http://h/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        let size = Array("A00000\r\n".utf8)
        #expect(machine.requestBytes(size, at: time(11)) == size.count)
        _ = try respond(&machine, Self.ok)
        _ = machine.responseCompleted(isPending: false, at: time(30))
        let piece = [UInt8](repeating: 1, count: 100 << 10)
        #expect(machine.drained(piece, at: time(31)) == .goOn)
        #expect(machine.drained(piece, at: time(31)) == .goOn)
        #expect(machine.drained(piece, at: time(31)) == .close)
    }

    @Test("is retried once when a reused connection dies before any answer, if it can be sent twice")
    func retry() throws {
        var machine = try exchanging(isReused: true)
        #expect(machine.upstreamEnded(isClean: true, at: time(20)) == .failed(.retry))
        machine.awaitConnection(.connecting, at: time(20))
        machine.connected(isReused: false, at: time(25))
        #expect(machine.isRetried)
        let refusal = ExchangeStateMachine.Failure.refuse(.connectionTerminated, .failed(.connectionTerminated))
        #expect(machine.upstreamEnded(isClean: true, at: time(30)) == .failed(refusal))
    }

    @Test("is not retried on a new connection, after an answer began, or if that could do harm")
    func noRetry() throws {
        let terminated = ExchangeStateMachine.UpstreamEnd.failed(
            .refuse(.connectionTerminated, .failed(.connectionTerminated)))
        var fresh = try exchanging()
        #expect(fresh.upstreamEnded(isClean: true, at: time(20)) == terminated)
        var posted = try exchanging(post(0), isReused: true)
        #expect(posted.upstreamEnded(isClean: false, at: time(20)) == terminated)
        var unsent = try exchanging(post(0), isReused: true)
        #expect(unsent.upstreamEnded(isClean: false, nothingSent: true, at: time(20)) == .failed(.retry))
        var begun = try exchanging(isReused: true)
        begun.responseBegan()
        #expect(
            begun.upstreamEnded(isClean: true, at: time(20))
                == .failed(.refuse(.httpResponseIncomplete, .failed(.httpResponseIncomplete))))
        var withBody = try exchanging(
            "PUT http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n", isReused: true)
        #expect(withBody.upstreamEnded(isClean: true, at: time(20)) == terminated)
    }

    @Test("whose response is cut short is aborted as http_response_incomplete, never ended cleanly")
    func truncated() throws {
        for response in ["Content-Length: 9", "Transfer-Encoding: chunked"] {
            var machine = try exchanging()
            _ = try respond(&machine, "HTTP/1.1 200 OK\r\n\(response)\r\n\r\n")
            #expect(
                machine.upstreamEnded(isClean: true, at: time(30))
                    == .failed(.abort(.failed(.httpResponseIncomplete))))
        }
        var untilClose = try exchanging()
        _ = try respond(&untilClose, "HTTP/1.1 200 OK\r\n\r\n")
        var broken = untilClose
        #expect(untilClose.upstreamEnded(isClean: true, at: time(30)) == .completed)
        #expect(
            broken.upstreamEnded(isClean: false, at: time(30)) == .failed(.abort(.failed(.httpResponseIncomplete))))
        #expect(broken.isEndedByClose)
    }

    @Test("that its caller leaves is a caller_timeout after patience, and cancelled before it or in the body")
    func callerLeaves() throws {
        var impatient = try exchanging()
        #expect(impatient.clientLeft(at: time(999), patience: Self.patience) == CallEnd(.cancelled))
        var patient = try exchanging()
        #expect(patient.clientLeft(at: time(1_000), patience: Self.patience) == .failed(.callerTimeout))
        #expect(patient.times.duration == 1_000_000)
        var inBody = try exchanging()
        _ = try respond(&inBody, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        #expect(inBody.clientLeft(at: time(5_000), patience: Self.patience) == CallEnd(.cancelled))
        var uploading = try exchanging(post(100))
        let piece = [UInt8](repeating: 1, count: 10)
        _ = uploading.requestBytes(piece, at: time(4_500))
        #expect(uploading.clientLeft(at: time(5_000), patience: Self.patience) == CallEnd(.cancelled))
        var idle = ExchangeStateMachine(now: time(0))
        #expect(idle.clientLeft(at: time(9_000), patience: Self.patience) == nil)
    }

    @Test("is awaited by a caller that shuts its side right behind its last request, and by no other")
    func callerShutsItsSide() throws {
        let last = "GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        #expect(try exchanging(last).waitsBehindItsEnd(at: time(100)))
        #expect(try !exchanging(last).waitsBehindItsEnd(at: time(101)))
        #expect(try exchanging("GET http://h/ HTTP/1.0\r\n\r\n").waitsBehindItsEnd(at: time(50)))
        #expect(try !exchanging().waitsBehindItsEnd(at: time(1)))
        var uploading = try exchanging("POST http://h/ HTTP/1.0\r\nContent-Length: 10\r\n\r\n")
        #expect(!uploading.waitsBehindItsEnd(at: time(10)))
        let body = [UInt8](repeating: 1, count: 10)
        _ = uploading.requestBytes(body, at: time(900))
        #expect(uploading.waitsBehindItsEnd(at: time(1_000)))
        #expect(!ExchangeStateMachine(now: time(0)).waitsBehindItsEnd(at: time(0)))
    }

    @Test("waiting for a name is given up by its caller as caller_timeout as well")
    func callerLeavesEarly() throws {
        var machine = ExchangeStateMachine(now: time(0))
        let head = try #require(parseRequest("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n").head)
        machine.requestBegan(head, at: time(0), wallTime: 0)
        machine.awaitConnection(.resolving, at: time(0))
        #expect(machine.clientLeft(at: time(2_000), patience: Self.patience) == .failed(.callerTimeout))
    }

    @Test("that takes too long fails with the name of what it waited for")
    func timeouts() throws {
        func failure(_ stage: ExchangeStateMachine.Stage) throws -> ExchangeStateMachine.Expiry {
            var machine = ExchangeStateMachine(now: time(0))
            let head = try #require(parseRequest("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n").head)
            machine.requestBegan(head, at: time(0), wallTime: 0)
            machine.awaitConnection(stage, at: time(0))
            return machine.timedOut(clientStalls: false, upstreamStalls: false, at: time(9_000))
        }
        func refused(_ type: ErrorType) -> ExchangeStateMachine.Expiry { .failed(.refuse(type, .failed(type))) }
        #expect(try failure(.blocked) == refused(.connectionLimitReached))
        #expect(try failure(.resolving) == refused(.dnsTimeout))
        #expect(try failure(.connecting) == refused(.connectionTimeout))
        var silent = try exchanging()
        #expect(
            silent.timedOut(clientStalls: false, upstreamStalls: false, at: time(9_000))
                == refused(.httpResponseTimeout))
        var stuck = try exchanging(post(10))
        #expect(
            stuck.timedOut(clientStalls: false, upstreamStalls: true, at: time(9_000))
                == refused(.connectionWriteTimeout))
        var slowClient = try exchanging(post(10))
        #expect(
            slowClient.timedOut(clientStalls: false, upstreamStalls: false, at: time(9_000))
                == .refuseCall(CallEnd(.cancelled)))
        for clientStalls in [true, false] {
            var machine = try exchanging()
            _ = try respond(&machine, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
            #expect(
                machine.timedOut(clientStalls: clientStalls, upstreamStalls: false, at: time(9_000))
                    == .failed(.abort(clientStalls ? CallEnd(.cancelled) : .failed(.connectionReadTimeout))))
        }
        var head = ExchangeStateMachine(now: time(0))
        head.headBegan(at: time(0))
        #expect(head.timedOut(clientStalls: false, upstreamStalls: false, at: time(9_000)) == .refuse)
    }

    @Test("has the deadline of what it waits for; a head's does not move with its bytes")
    func deadlines() throws {
        let timeouts = ExchangeTimeouts(
            idle: 1, head: 2, connect: 3, dns: 4, response: 5, body: 6, tunnel: 7, linger: 8)
        var machine = ExchangeStateMachine(now: time(0))
        #expect(machine.deadline(timeouts) == time(0) + 1)
        machine.headBegan(at: time(1))
        machine.headBegan(at: time(2))
        #expect(machine.deadline(timeouts) == time(1) + 2)
        machine = try exchanging(post(20))
        #expect(machine.deadline(timeouts) == time(10) + 6)
        let piece = [UInt8](repeating: 1, count: 10)
        _ = machine.requestBytes(piece, at: time(12))
        #expect(machine.deadline(timeouts) == time(12) + 6)
        _ = machine.requestBytes(piece, at: time(13))
        #expect(machine.deadline(timeouts) == time(13) + 5)
    }

    @Test("answered by us keeps the connection only where the next request can be found")
    func refusals() throws {
        var complete = try exchanging()
        #expect(!complete.refusalCloses(isStopping: false))
        #expect(complete.refused(at: time(20), isStopping: false) == .next)
        var unfinished = try exchanging(post(10))
        #expect(unfinished.refusalCloses(isStopping: false))
        #expect(unfinished.refused(at: time(20), isStopping: false) == .linger)
        var misunderstood = ExchangeStateMachine(now: time(0))
        #expect(misunderstood.refusalCloses(isStopping: false))
        #expect(misunderstood.refused(at: time(20), isStopping: false) == .linger)
        #expect(misunderstood.discarded(200 << 10) == true)
        #expect(misunderstood.discarded(200 << 10) == false)
        var stopping = try exchanging()
        #expect(stopping.refused(at: time(20), isStopping: true) == .linger)
    }

    @Test("is not over before the client has taken the last byte")
    func flushes() throws {
        var machine = try exchanging()
        _ = try respond(&machine, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
        #expect(machine.responseCompleted(isPending: true, at: time(30)) == .flush)
        #expect(machine.isCalling)
        var left = machine
        #expect(left.clientLeft(at: time(40), patience: Self.patience) == CallEnd(.cancelled))
        #expect(machine.flushed(at: time(50)) == .next)
        #expect(machine.responseEnd == CallEnd(.serverError))
        #expect(machine.times.duration == 30_000)
    }
}
