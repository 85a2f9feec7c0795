import Foundation

/// A real Chromium without a window, with a profile of its own. ``close()`` ends it.
public final class Browser: Sendable {
    public enum ColorScheme: String, Sendable { case light, dark }

    private let driver: WebDriver
    private let profile: TemporaryDirectory
    private let session: String

    public init(width: Int = 1_280, height: Int = 800, colorScheme: ColorScheme = .light) async throws {
        driver = try await WebDriver()
        profile = try TemporaryDirectory("venus-browser")
        var arguments = [
            "--headless=new", "--user-data-dir=\(profile.path)", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
            "--no-proxy-server", "--window-size=\(width),\(height)",
        ]
        // Chromium's sandbox does not work for root.
        if geteuid() == 0 { arguments.append("--no-sandbox") }
        let capabilities: [String: Any] = [
            "goog:loggingPrefs": ["browser": "ALL"], "goog:chromeOptions": ["args": arguments],
        ]
        let answer = try await driver.call(
            "POST", "/session", Self.json(["capabilities": ["alwaysMatch": capabilities]]))
        guard let id = answer["sessionId"].string else { throw TestFailure("the browser did not start: \(answer)") }
        session = "/session/" + id
        try await develop(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false])
        try await develop(
            "Emulation.setEmulatedMedia",
            ["features": [["name": "prefers-color-scheme", "value": colorScheme.rawValue]]])
    }

    public func close() async throws {
        try await driver.call("DELETE", session)
        try await driver.stop()
    }

    public func open(_ url: String) async throws {
        try await driver.call("POST", session + "/url", Self.json(["url": url]))
    }

    /// Runs the body of a function in the page, and returns what it returns or what its promise resolves to.
    @discardableResult
    public func run(_ script: String, _ arguments: [String] = []) async throws -> JSONValue {
        try await driver.call(
            "POST", session + "/execute/sync", Self.json(["script": script, "args": arguments]))
    }

    /// The text of the first element that the selector finds; `nil` where there is none, or it is not shown.
    public func text(_ selector: String) async throws -> String? {
        try await run(
            """
            const element = document.querySelector(arguments[0]);
            return element && element.checkVisibility() ? element.textContent : null;
            """, [selector]
        ).string
    }

    public func isShown(_ selector: String) async throws -> Bool { try await text(selector) != nil }

    /// Waits until the element is shown with a text that fits, and returns it.
    @discardableResult
    public func wait(
        for selector: String, within limit: Duration = .seconds(15), _ fits: (String) -> Bool = { _ in true }
    ) async throws -> String {
        var last: String?
        do {
            return try await eventually(within: limit, poll: .milliseconds(100), selector) {
                last = try await text(selector)
                return last.flatMap { fits($0) ? $0 : nil }
            }
        } catch {
            throw TestFailure("\(error); last text: \(last ?? "none"); console: \(try await console())")
        }
    }

    public func click(_ selector: String) async throws {
        try await driver.call("POST", session + "/element/\(try await element(selector))/click", "{}")
    }

    /// Types as a person does.
    public func type(_ text: String, into selector: String) async throws {
        try await driver.call(
            "POST", session + "/element/\(try await element(selector))/value", Self.json(["text": text]))
    }

    /// Errors that the console has shown since this was last asked.
    public func consoleErrors() async throws -> [String] {
        try await console().filter { $0.hasPrefix("SEVERE") }
    }

    /// Writes what the page looks like as PNG.
    public func screenshot(to path: String) async throws {
        let picture = try await driver.call("GET", session + "/screenshot").string ?? ""
        guard let bytes = Data(base64Encoded: picture) else { throw TestFailure("the screenshot cannot be read") }
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    private func console() async throws -> [String] {
        try await driver.call("POST", session + "/se/log", Self.json(["type": "browser"])).array.map {
            "\($0["level"].string ?? "") \($0["message"].string ?? "")"
        }
    }

    /// The element's reference of the protocol.
    private func element(_ selector: String) async throws -> String {
        let found = try await driver.call(
            "POST", session + "/element", Self.json(["using": "css selector", "value": selector]))
        guard let name = found.names.first, let id = found[name].string else {
            throw TestFailure("no element: \(selector)")
        }
        return id
    }

    /// A command of the Chrome DevTools protocol.
    private func develop(_ command: String, _ parameters: [String: Any]) async throws {
        try await driver.call(
            "POST", session + "/goog/cdp/execute", Self.json(["cmd": command, "params": parameters]))
    }

    private static func json(_ object: [String: Any]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
    }
}
