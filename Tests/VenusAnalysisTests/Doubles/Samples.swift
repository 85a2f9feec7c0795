import TestSupport
import VenusCallLog
import VenusCore

/// Calls, blocks and producers for tests.
enum Samples {
    /// A round time: 2026-01-01T00:00:00Z in seconds; start of a bucket of every tier.
    static let epoch: Int64 = 1_767_225_600

    static func producer(_ id: String, service: String = "checkout") -> Producer {
        Producer(id: id, environment: "production", service: service, instance: "one", host: "host-a")
    }

    static let operations = [
        Operation(
            scheme: "http", host: "payments.test", port: 8080, method: "POST", route: "/v1/charges/*",
            networkProtocol: "http/1.1"),
        Operation(
            scheme: "http", host: "payments.test", port: 8080, method: "GET", route: "/v1/charges/*",
            networkProtocol: "http/1.1"),
        Operation(
            scheme: "http", host: "stock.test", port: 80, method: "GET", route: "/items", networkProtocol: "http/1.1"),
        Operation(scheme: "tcp", host: "::1", port: 443, method: "CONNECT", route: "", networkProtocol: "tls/1.3"),
    ]

    /// A call of any kind that ends at this time (microseconds).
    static func call(end: Int64, using random: inout SeededGenerator) -> Call {
        let outcome = Outcome.allCases.randomElement(using: &random)!
        let duration = UInt32.random(in: 0...(random.chance(5) ? 4_000_000 : 90_000), using: &random)
        var call = Call(
            operation: Int.random(in: 0..<operations.count, using: &random), start: end - Int64(duration),
            duration: duration, outcome: outcome)
        if outcome == .success { call.status = 200 }
        if outcome == .clientError { call.status = UInt16.random(in: 398...405, using: &random) }
        if outcome == .serverError {
            call.status = random.chance(20) ? 200 : UInt16.random(in: 500...600, using: &random)
        }
        if outcome == .transportError { call.errorType = ErrorType.allCases.randomElement(using: &random) }
        for phase in Phase.allCases where random.chance(60) {
            call.phases[phase] = UInt32.random(in: 0...50_000, using: &random)
        }
        call.bytesSent = UInt64.random(in: 0...10_000, using: &random)
        // The store keeps 63 bits, so sums must stay below them to be the same before and after.
        call.bytesReceived = random.chance(1) ? 1 << 50 : UInt64.random(in: 0...10_000_000, using: &random)
        call.flags = CallFlags(rawValue: UInt16.random(in: 0..<32, using: &random))
        if random.chance(15) { call.flags.insert([.activity, .tunnel]) }
        if random.chance(10) { call.flags.insert(.wouldBeDenied) }
        if random.chance(10) { call.flags.insert(.linkLocal) }
        if outcome == .unknown, random.chance(30) { call.errorType = .connectionTerminated }
        if random.chance(20) { call.traceID = TraceID(high: random.next(), low: random.next() | 1) }
        return call
    }

    static func block(
        _ producer: Producer, first: UInt64, ends: [Int64], using random: inout SeededGenerator
    ) -> CallBlock {
        CallBlock(
            producer: producer, first: first, operations: operations,
            calls: ends.map { call(end: $0, using: &random) })
    }

    static func end(_ producer: Producer, next: UInt64, isEnd: Bool = true) -> [EntryField] {
        BlockEncoder.entry(
            Heartbeat(
                producer: producer, next: next, callsInFlight: 3, callsQueued: 2, callsDropped: 1, version: "0.1.0",
                isEnd: isEnd))
    }

    static func key(_ operation: Operation, of producer: Producer) -> SeriesKey {
        .operation(
            operation.name, service: producer.service, dependency: operation.dependency,
            environment: producer.environment)
    }
}

extension CallsRecord {
    /// The block as a reader of the log finds it.
    init(_ block: CallBlock) throws {
        let entry = LogEntry(id: EntryID(milliseconds: 1, sequence: 0), fields: BlockEncoder.entry(block))
        guard case .calls(let record) = BlockDecoder.decode(entry) else { throw Unreadable() }
        self = record
    }

    struct Unreadable: Error {}
}
