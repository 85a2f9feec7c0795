import Testing
import TestSupport
import VenusCore

@Suite("The vocabulary of calls")
struct VocabularyTests {
    @Test("codes of outcomes never change")
    func outcomes() {
        let codes: [(Outcome, UInt8, String)] = [
            (.success, 0, "success"), (.clientError, 1, "client_error"), (.serverError, 2, "server_error"),
            (.transportError, 3, "transport_error"), (.unknown, 4, "unknown"), (.cancelled, 5, "cancelled"),
            (.denied, 6, "denied"),
        ]
        #expect(codes.count == Outcome.allCases.count)
        for (outcome, code, name) in codes {
            #expect(outcome.rawValue == code)
            #expect(outcome.name == name)
        }
    }

    @Test("codes of error types never change")
    func errorTypes() {
        let names = [
            "dns_timeout", "dns_error", "destination_not_found", "destination_unavailable", "destination_ip_prohibited",
            "destination_ip_unroutable", "connection_refused", "connection_terminated", "connection_timeout",
            "connection_read_timeout", "connection_write_timeout", "connection_limit_reached", "tls_protocol_error",
            "tls_certificate_error", "tls_alert_received", "http_request_error", "http_request_denied",
            "http_response_incomplete", "http_response_header_section_size", "http_response_transfer_coding",
            "http_response_timeout", "http_upgrade_failed", "http_protocol_error", "proxy_internal_error",
            "proxy_loop_detected", "caller_timeout", "proxy_configuration_error",
        ]
        #expect(ErrorType.allCases.prefix(names.count).map(\.name) == names)
        #expect(ErrorType.allCases.prefix(names.count).map { Int($0.rawValue) } == Array(1...names.count))
    }

    @Test(
        "a status is an outcome",
        arguments: [
            (100, .success), (200, .success), (304, .success), (399, .success), (400, .clientError),
            (499, .clientError), (500, .serverError), (599, .serverError), (999, .serverError), (0, .success),
        ] as [(Int, Outcome)])
    func statuses(_ status: Int, _ outcome: Outcome) { #expect(Outcome(status: status) == outcome) }

    @Test("a trace id is 32 lower-case hexadecimal digits, not all zero")
    func traceID() throws {
        let text = "4bf92f3577b34da6a3ce929d0e0e4736"
        let id = try #require(TraceID(Array(text.utf8)))
        #expect(id.description == text)
        #expect(id.high == 0x4bf9_2f35_77b3_4da6)
        #expect(id.low == 0xa3ce_929d_0e0e_4736)
        #expect(TraceID(high: 0, low: 0) == nil)
        for bad in [
            "", String(repeating: "0", count: 32), text.uppercased(), String(text.dropLast()), text + "0",
            "4bf92f3577b34da6a3ce929d0e0e473g", " " + text.dropLast(),
        ] { #expect(TraceID(Array(bad.utf8)) == nil) }
    }

    @Test("a trace id survives writing and reading", arguments: 0..<50)
    func traceIDRoundTrip(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let id = try #require(TraceID(high: generator.next(), low: seed == 0 ? 0 : generator.next()))
        #expect(TraceID(Array(id.description.utf8)) == id)
    }
}
