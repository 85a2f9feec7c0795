import Foundation
import Synchronization
import TestSupport

/// Runs `venus up` and a browser for the time of a test.
func withDashboard(
    environment: [String: String] = [:], _ body: (VenusUp, Browser) async throws -> Void
) async throws {
    let venus = try await VenusUp(environment: environment)
    let browser = try await Browser()
    do { try await body(venus, browser) } catch {
        try? await browser.close()
        _ = try? await venus.stop()
        throw error
    }
    try await browser.close()
    try await venus.stop()
}

extension VenusUp {
    var dashboard: String { "http://127.0.0.1:\(serverPort)/" }

    func signInLink() throws -> String {
        guard let token = signInToken else { throw TestFailure("no sign-in link was printed\n\(process.transcript)") }
        return dashboard + "sign-in#" + token
    }

    /// One call through the proxy.
    func curl(_ url: String) async throws {
        try await ChildProcess.run(
            "curl", ["--silent", "--show-error", "--proxy", "http://127.0.0.1:\(proxyPort)", "--noproxy", "", url])
    }
}

/// Calls an origin without pause, on the path that it is told, until it goes away.
final class SteadyCalls: Sendable {
    private final class Path: Sendable {
        let text = Mutex("/")
    }

    private let path = Path()
    private let task: Task<Void, Never>

    init(through port: Int, _ origin: Origin) {
        task = Task { [path] in
            while !Task.isCancelled {
                // An origin that fails is what is tested.
                _ = try? await HTTPClient(port: port).get(origin.url(path.text.withLock { $0 }))
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    func call(_ text: String) { path.text.withLock { $0 = text } }

    deinit { task.cancel() }
}
