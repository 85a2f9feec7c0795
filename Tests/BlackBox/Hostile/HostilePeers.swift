import Foundation
import Glibc
import TestSupport
import Testing

/// Lets this process open as many descriptors as the system allows it, and returns how many that are.
func raiseDescriptorLimit() -> Int {
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    getrlimit(resource, &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(resource, &limit)
    getrlimit(resource, &limit)
    return Int(clamping: limit.rlim_cur)
}

/// Whether the proxy ends the connection before the client's patience (``TCPConnection``'s timeout) does.
func isEnded(_ connection: TCPConnection) async throws -> Bool {
    try await blocking {
        while true {
            do { if try connection.read().isEmpty { return true } } catch {
                // A reset is an end as well.
                return !"\(error)".contains("timed out")
            }
        }
    }
}

/// Calls of other clients, made now: all succeed, none takes longer than `limit`.
func expectOthersAreServed(
    _ venus: VenusUp, _ origin: Origin, within limit: Duration = .seconds(1), calls: Int = 200,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let report = try await LoadGenerator(
        proxyPort: venus.proxyPort, url: origin.url("/bytes/200"), clients: 2, calls: calls, pause: .milliseconds(2)
    ).finish()
    #expect(report.failed == 0, "\(report.failures)", sourceLocation: sourceLocation)
    #expect(report.slowest < limit, sourceLocation: sourceLocation)
}

/// Sends requests without waiting for the answers of those before, so many at a time, and counts the answers by status.
func pipelined(
    port: Int, _ numbers: Range<Int>, batch: Int = 64, _ request: @escaping @Sendable (Int) -> String
) async throws -> [String: Int] {
    try await blocking {
        let connection = try TCPConnection(port: port, timeout: .seconds(20))
        var statuses: [String: Int] = [:]
        for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: batch) {
            let end = min(start + batch, numbers.upperBound)
            try connection.write((start..<end).map(request).joined())
            for _ in start..<end {
                guard let bytes = try connection.read(upTo: "\r\n\r\n"), let head = HTTPHead(bytes) else {
                    throw TestFailure("the connection ended before the answers")
                }
                statuses[String(head.startLine.dropFirst(9).prefix(3)), default: 0] += 1
                let length = Int(head["content-length"] ?? "") ?? 0
                if length > 0 { _ = try connection.read(exactly: length) { _ in } }
            }
        }
        return statuses
    }
}
