/// The cookie of a session: for our own pages only, and out of the reach of scripts.
package struct SessionCookie: Sendable {
    /// Whether browsers reach us by https: then the cookie never travels without, and its name keeps any other host,
    /// and any page without TLS, from setting it (RFC 6265bis, section 4.1.3.2). Otherwise it has a name of its own:
    /// what travelled in the clear is worth nothing under TLS.
    package var isSecure: Bool

    package init(isSecure: Bool) { self.isSecure = isSecure }

    package var name: String { isSecure ? "__Host-venus_session" : "venus_session" }

    package func set(_ token: Token, seconds: Int64) -> String {
        "\(name)=\(token.text); Max-Age=\(seconds)" + attributes
    }

    package var clear: String { "\(name)=; Max-Age=0" + attributes }

    private var attributes: String { "; Path=/; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "") }
}
