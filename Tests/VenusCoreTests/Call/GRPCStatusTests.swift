import Testing
import VenusCore

@Suite("gRPC statuses")
struct GRPCStatusTests {
    @Test("each is an outcome, and an error but for OK")
    func outcomes() {
        let server: Set<GRPCStatus> = [.unknown, .deadlineExceeded, .unimplemented, .internal, .unavailable, .dataLoss]
        for status in GRPCStatus.allCases {
            #expect(
                status.outcome == (status == .ok ? .success : server.contains(status) ? .serverError : .clientError))
            #expect(status.errorType.map { Int($0.rawValue) } == (status == .ok ? nil : 100 + Int(status.rawValue)))
        }
        #expect(GRPCStatus.deadlineExceeded.errorType?.name == "grpc_deadline_exceeded")
    }

    @Test("what is no status is UNKNOWN", arguments: ["", "17", "255", "256", "99999999999", "-1", "x", "1 "])
    func fields(text: String) { #expect(GRPCStatus(field: text.utf8) == .unknown) }

    @Test("the numbers are read", arguments: 0...16)
    func numbers(number: UInt8) { #expect(GRPCStatus(field: "\(number)".utf8).rawValue == number) }
}
