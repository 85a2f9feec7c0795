import Foundation
import Synchronization

/// Clients that call a URL through a proxy one call after another, each on its own connection and thread, until they
/// have made their number or are told to stop.
public final class LoadGenerator: Sendable {
    /// What happened.
    public struct Report: Sendable {
        /// Calls that were begun.
        public var made = 0
        /// Calls answered with the status that was expected.
        public var succeeded = 0
        /// What the others met, with counts; at most 50 kinds.
        public var failures: [String: Int] = [:]
        public var slowest: Duration = .zero
        public var failed: Int { made - succeeded }
    }

    private struct State {
        var report = Report()
        var left: Int
        var running: Int
        var stopped = false
    }

    private let state: Mutex<State>

    /// Starts calling.
    ///
    /// - Parameters:
    ///   - calls: how many in all; `nil`: until ``stop()``.
    ///   - pause: between two calls of one client.
    public init(
        proxyPort: Int, url: String, clients: Int = 4, calls: Int? = nil, pause: Duration = .zero,
        expecting status: Int = 200,
        fields: [(String, String)] = []
    ) {
        state = Mutex(State(left: calls ?? .max, running: clients))
        let microseconds = UInt32(pause / .microseconds(1))
        for _ in 0..<clients {
            startThread { [self] in
                var client: HTTPClient?
                while takeCall() {
                    let start = ContinuousClock.now
                    var failure: String?
                    do {
                        let connected = try client ?? HTTPClient(port: proxyPort)
                        client = connected
                        try connected.send("GET", url, fields, bodySize: nil, body: nil, framing: .contentLength)
                        let response = try connected.receive(method: "GET", keep: 200)
                        if response.status != status { failure = "\(response.status): \(response.text)" }
                        if response["connection"] == "close" { client = nil }
                    } catch {
                        failure = "\(error)"
                        client = nil
                    }
                    finishCall(failure, took: .now - start)
                    if microseconds > 0 { usleep(microseconds) }
                }
                state.withLock { $0.running -= 1 }
            }
        }
    }

    public var report: Report { state.withLock { $0.report } }
    public var isFinished: Bool { state.withLock { $0.running == 0 } }

    /// Ends after the calls under way, and returns what happened.
    public func stop() async throws -> Report {
        state.withLock { $0.stopped = true }
        return try await finish(within: .seconds(40))
    }

    /// Waits until all calls are made.
    public func finish(within limit: Duration = .seconds(120)) async throws -> Report {
        try await eventually(within: limit, "the end of the load (\(report))", holds: { isFinished })
        return report
    }

    private func takeCall() -> Bool {
        state.withLock {
            guard !$0.stopped, $0.left > 0 else { return false }
            $0.left -= 1
            $0.report.made += 1
            return true
        }
    }

    private func finishCall(_ failure: String?, took: Duration) {
        state.withLock {
            $0.report.slowest = max($0.report.slowest, took)
            if let failure {
                if $0.report.failures.count < 50 { $0.report.failures[failure, default: 0] += 1 }
            } else {
                $0.report.succeeded += 1
            }
        }
    }
}
