/// The `Set-Cookie` of a session: for our own pages only, and out of the reach of scripts.
package struct SessionCookie: Sendable {
    /// Whether browsers reach us by https: then the cookie never travels without.
    package var isSecure: Bool

    package init(isSecure: Bool) { self.isSecure = isSecure }

    package func set(_ token: Token, seconds: Int64) -> String {
        "\(Credentials.cookieName)=\(token.text); Max-Age=\(seconds)" + attributes
    }

    package var clear: String { "\(Credentials.cookieName)=; Max-Age=0" + attributes }

    private var attributes: String { "; Path=/; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "") }
}
