import Foundation

/// A `chromedriver` of the test's own, spoken to by the W3C WebDriver protocol over plain HTTP on loopback.
final class WebDriver: Sendable {
    private let process: ChildProcess
    private let port: Int

    /// Starts it and waits until it answers.
    init() async throws {
        port = try freePort()
        do {
            process = try ChildProcess("chromedriver", ["--port=\(port)"], endSignal: SIGTERM)
        } catch {
            throw TestFailure("\(error): the dashboard's tests need Debian's packages chromium and chromium-driver")
        }
        try await eventually(within: .seconds(30), "chromedriver") {
            if !process.isRunning { throw TestFailure("it ended\n\(process.transcript)") }
            return try await call("GET", "/status")["ready"].bool == true
        }
    }

    /// The `value` of the answer. `body` is JSON.
    @discardableResult
    func call(_ method: String, _ path: String, _ body: String? = nil) async throws -> JSONValue {
        let client = try HTTPClient(port: port, timeout: .seconds(60))
        defer { client.close() }
        let response = try await client.request(
            method, path, [("host", "127.0.0.1:\(port)"), ("content-type", "application/json")],
            body: body.map { Array($0.utf8) }, keep: 64 << 20)
        let value = try JSONValue(response.text)["value"]
        guard response.status == 200 else {
            throw TestFailure("\(path): \(value["error"].string ?? "") \(value["message"].string ?? response.text)")
        }
        return value
    }

    func stop() async throws { try await process.stop(SIGTERM, within: .seconds(10)) }
}
