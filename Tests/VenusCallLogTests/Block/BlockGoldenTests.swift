import Foundation
import Testing
import VenusCallLog
import VenusCore

/// What is in these files is in other people's Redis: a change of the format needs a new `v`, not a new file.
@Suite("Golden entries of the call log")
struct BlockGoldenTests {
    static let producer = Producer(
        id: "6f1d8e3c5a2b4790", environment: "production", service: "checkout", instance: "checkout-7d9f",
        host: "node-3")

    static let block: CallBlock = {
        let charges = Operation(
            scheme: "http", host: "payments.internal", port: 8_080, method: "POST", route: "/v1/charges/*",
            networkProtocol: "http/1.1")
        let odd = Operation(
            scheme: "http", host: "fd00::1", port: 80, method: "_OTHER", route: "/a\tb\n\r\\\u{1}é",
            networkProtocol: "http/1.1")
        let tunnel = Operation(
            scheme: "tcp", host: "api.example.com", port: 443, method: "CONNECT", route: "", networkProtocol: "tunnel")
        var first = Call(
            operation: 0, start: 1_790_000_000_000_250, duration: 48_123, outcome: .success, status: 201,
            bytesSent: 512, bytesReceived: 2_048,
            traceID: TraceID(high: 0x4BF9_2F35_77B3_4DA6, low: 0xA3CE_929D_0E0E_4736))
        first.phases[.blocked] = 3
        first.phases[.dns] = 900
        first.phases[.connect] = 1_200
        first.phases[.ttfb] = 45_000
        first.phases[.transfer] = 1_020
        var second = Call(
            operation: 0, start: 1_790_000_000_000_000, duration: 5_000_001, outcome: .transportError,
            errorType: .callerTimeout, bytesSent: 512, flags: [.reused])
        second.phases[.blocked] = 0
        let third = Call(
            operation: 1, start: 1_790_000_000_100_000, duration: 1_999, outcome: .serverError, status: 503,
            bytesReceived: 17, flags: [.reused, .retried])
        let fourth = Call(
            operation: 2, start: 1_790_000_000_000_001, duration: 60_000_000, outcome: .success, bytesSent: 1_517,
            bytesReceived: 18_446_744_073_709_551_615, flags: [.tunnel])
        return CallBlock(
            producer: producer, first: 4_001, operations: [charges, odd, tunnel], calls: [first, second, third, fourth])
    }()

    static func heartbeat(isEnd: Bool) -> Heartbeat {
        Heartbeat(
            producer: producer, next: 4_005, callsInFlight: 2, callsQueued: 4, callsDropped: 512, version: "0.1.0",
            isEnd: isEnd)
    }

    /// One that says all that there is to say.
    static let fullHeartbeat = Heartbeat(
        producer: producer, next: 4_005, callsInFlight: 2, callsQueued: 4, callsDropped: 512, version: "0.1.0",
        isEnd: false, callsSpooled: 9_000,
        report: ProxyReport(
            startedAt: 1_790_000_000_123,
            policy: PolicyReport(
                mode: .enforce, digest: "9f86d081884c7d65", rules: 12, since: 1_790_000_000_000, denied: 3,
                wouldBeDenied: 1,
                fault: PolicyReport.Fault(
                    reason: "line 3: host: there is no such condition;\n\tdid you mean hosts? é",
                    since: 1_790_000_100_000)
            ),
            pins: [
                PinnedClient(client: "cart", host: "pay.example", learned: 1_790_000_000, expires: 1_790_604_800),
                PinnedClient(client: "fd00::1", host: "bank.example", learned: 1_789_000_000, expires: 1_789_604_800),
            ], pinCount: 150))

    @Test("what a heartbeat says of policy and pins is written as the file says, and read from it")
    func report() throws {
        let fields = try Corpus.entry("heartbeat-report.entry")
        #expect(BlockEncoder.entry(Self.fullHeartbeat) == fields)
        #expect(BlockDecoder.decode(LogEntry(id: .start, fields: fields)) == .heartbeat(Self.fullHeartbeat))
    }

    @Test("calls are written as the file says, and read from it")
    func calls() throws {
        let fields = try Corpus.entry("calls.entry")
        #expect(BlockEncoder.entry(Self.block) == fields)
        guard case .calls(let record) = BlockDecoder.decode(LogEntry(id: .start, fields: fields)) else {
            Issue.record("the golden block does not decode")
            return
        }
        #expect(try record.block() == Self.block)
    }

    @Test("heartbeats and ends are written as the file says, and read from it", arguments: [false, true])
    func heartbeats(isEnd: Bool) throws {
        let fields = try Corpus.entry(isEnd ? "end.entry" : "heartbeat.entry")
        #expect(BlockEncoder.entry(Self.heartbeat(isEnd: isEnd)) == fields)
        #expect(
            BlockDecoder.decode(LogEntry(id: .start, fields: fields)) == .heartbeat(Self.heartbeat(isEnd: isEnd)))
    }
}
