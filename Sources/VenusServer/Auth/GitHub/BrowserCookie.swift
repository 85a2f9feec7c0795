/// Knows a browser again that comes back from GitHub. It opens nothing by itself. `Lax`, since it is another site that
/// sends the browser back; otherwise see ``SessionCookie``.
struct BrowserCookie: Sendable {
    let isSecure: Bool

    var name: String { isSecure ? "__Host-venus_github" : "venus_github" }

    func set(_ browser: Token, seconds: Int64) -> String {
        "\(name)=\(browser.text); Max-Age=\(seconds); Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
    }
}
