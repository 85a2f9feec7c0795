import Foundation
package import VenusCore

/// One line of the call log as a line of `venus tail`.
package struct CallLine {
    package var call: Call
    package var operation: VenusCore.Operation
    package var producer: Producer

    package init(call: Call, operation: VenusCore.Operation, producer: Producer) {
        self.call = call
        self.operation = operation
        self.producer = producer
    }

    /// What a line of the call log tells of.
    package enum Kind: String {
        /// A request with its response.
        case call
        /// A tunnel that was established, or that failed to be.
        case tunnel
        /// A request with its response inside a tunnel, as far as it is visible from outside.
        case exchange
        /// Bytes that a tunnel has moved.
        case activity
        /// The end of a tunnel.
        case end
    }

    package var kind: Kind {
        if call.flags.contains(.ended) { return .end }
        if call.flags.contains(.activity) { return .activity }
        if call.flags.contains(.estimated) { return .exchange }
        return call.flags.contains(.tunnel) ? .tunnel : .call
    }

    package var isError: Bool {
        guard kind != .activity, kind != .end else { return false }
        switch call.outcome {
        case .clientError, .serverError, .transportError: return true
        case .success, .unknown, .cancelled, .denied: return false
        }
    }

    private var end: Date {
        Date(timeIntervalSince1970: Double(call.start + Int64(call.duration)) / 1_000_000)
    }

    /// For people:
    /// `12:03:04.567 checkout → api.example.com:443 GET /v1/orders/* 503 server_error 123 ms`
    /// `12:03:04.567 checkout → api.example.com:443 HTTPS exchange ≈ 123 ms, 512 B sent, 4.2 kB received`
    package var text: String {
        let time = end.formatted(
            Date.ISO8601FormatStyle(timeZone: .current).time(includingFractionalSeconds: true))
        return Display.safe("\(time) \(producer.service) → \(operation.dependency) \(event)")
    }

    private var event: String {
        switch kind {
        case .call, .tunnel:
            let status = call.status == 0 ? "" : " \(call.status)"
            return "\(operation.name)\(status) \(result) \(duration)"
        case .exchange:
            // Nothing is known of how it went, and nothing else is to be expected: not worth a word.
            let result = call.outcome == .unknown && call.errorType == nil ? "" : " \(result)"
            return "HTTPS exchange\(result) \(Display.estimated) \(duration), \(bytes)"
        case .activity: return "\(operation.name) in use, \(bytes)"
        case .end:
            let side = call.flags.contains(.endedByDependency) ? " by the dependency" : ""
            let reason = call.errorType.map { " (\($0.name))" } ?? ""
            return "\(operation.name) ended\(side)\(reason) after \(duration)"
        }
    }

    private var result: String { call.errorType.map { "\(call.outcome.name) \($0.name)" } ?? call.outcome.name }
    private var duration: String { Display.milliseconds(Double(call.duration) / 1_000) }
    private var bytes: String {
        "\(Display.bytes(call.bytesSent)) sent, \(Display.bytes(call.bytesReceived)) received"
    }

    /// Names as in the call log; `_ms` for times.
    package var json: String {
        var phases: [String: Double] = [:]
        for phase in Phase.allCases { phases[phase.name] = call.phases[phase].map { Double($0) / 1_000 } }
        let object = Line(
            kind: kind.rawValue, at: end.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
            environment: producer.environment, service: producer.service, instance: producer.instance,
            dependency: operation.dependency, operation: operation.name, scheme: operation.scheme,
            networkProtocol: operation.networkProtocol, outcome: call.outcome.name,
            status: call.status == 0 ? nil : Int(call.status), errorType: call.errorType?.name,
            durationMS: Double(call.duration) / 1_000, phasesMS: phases, bytesSent: call.bytesSent,
            bytesReceived: call.bytesReceived, flags: call.flags.names, traceID: call.traceID?.description)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private struct Line: Encodable {
        var kind: String
        var at: String
        var environment: String
        var service: String
        var instance: String
        var dependency: String
        var operation: String
        var scheme: String
        var networkProtocol: String
        var outcome: String
        var status: Int?
        var errorType: String?
        var durationMS: Double
        var phasesMS: [String: Double]
        var bytesSent: UInt64
        var bytesReceived: UInt64
        var flags: [String]
        var traceID: String?

        enum CodingKeys: String, CodingKey {
            case kind, at, environment, service, instance, dependency, operation, scheme, outcome, status, flags
            case networkProtocol = "protocol"
            case errorType = "error_type"
            case durationMS = "duration_ms"
            case phasesMS = "phases_ms"
            case bytesSent = "bytes_sent"
            case bytesReceived = "bytes_received"
            case traceID = "trace_id"
        }
    }
}
