import Foundation
import VenusCore

/// One call as a line of `venus tail`.
struct CallLine {
    var call: Call
    var operation: VenusCore.Operation
    var producer: Producer

    var isError: Bool {
        switch call.outcome {
        case .clientError, .serverError, .transportError: true
        case .success, .unknown, .cancelled, .denied: false
        }
    }

    private var end: Date {
        Date(timeIntervalSince1970: Double(call.start + Int64(call.duration)) / 1_000_000)
    }

    /// `12:03:04.567 checkout → api.example.com:443 GET /v1/orders/* 503 server_error 123 ms`
    var text: String {
        let time = end.formatted(
            Date.ISO8601FormatStyle(timeZone: .current).time(includingFractionalSeconds: true))
        let result = call.errorType.map { "\(call.outcome.name) \($0.name)" } ?? call.outcome.name
        let status = call.status == 0 ? "" : " \(call.status)"
        return Display.safe(
            "\(time) \(producer.service) → \(operation.dependency) \(operation.name)\(status) \(result) "
                + Display.milliseconds(Double(call.duration) / 1_000))
    }

    /// Names as in the call log; `_ms` for times.
    var json: String {
        var phases: [String: Double] = [:]
        for phase in Phase.allCases { phases[phase.name] = call.phases[phase].map { Double($0) / 1_000 } }
        let object = Line(
            at: end.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
            environment: producer.environment, service: producer.service, instance: producer.instance,
            dependency: operation.dependency, operation: operation.name, networkProtocol: operation.networkProtocol,
            outcome: call.outcome.name, status: call.status == 0 ? nil : Int(call.status),
            errorType: call.errorType?.name, durationMS: Double(call.duration) / 1_000, phasesMS: phases,
            bytesSent: call.bytesSent, bytesReceived: call.bytesReceived, traceID: call.traceID?.description)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private struct Line: Encodable {
        var at: String
        var environment: String
        var service: String
        var instance: String
        var dependency: String
        var operation: String
        var networkProtocol: String
        var outcome: String
        var status: Int?
        var errorType: String?
        var durationMS: Double
        var phasesMS: [String: Double]
        var bytesSent: UInt64
        var bytesReceived: UInt64
        var traceID: String?

        enum CodingKeys: String, CodingKey {
            case at, environment, service, instance, dependency, operation, outcome, status
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
