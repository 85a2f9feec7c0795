package import HTTPTypes

/// Which answers tell browsers to come by https alone from now on (RFC 6797): those under a name that is ours alone.
///
/// It holds for a host name with all its ports. So it is said neither of an address or `localhost`, nor where we are
/// reached at another port than 443, nor below a path of a reverse proxy: others may be there by plain HTTP. Of what
/// came through a proxy that ends TLS only the name counts under which people reach us, whatever fields say that it was
/// https.
package struct StrictTransport: Sendable {
    /// In seconds: half a year, without subdomains.
    static let field = "max-age=15552000"

    private enum Rule {
        case never
        /// Any name under which we are called.
        case everyName
        /// That of the public URL alone.
        case name(String)
    }

    private let rule: Rule

    /// - Parameters:
    ///   - isSecure: whether we speak TLS ourselves.
    ///   - base: see ``WebPath``.
    package init(publicURL: WebOrigin?, base: WebPath, isSecure: Bool) {
        if !base.text.isEmpty {
            rule = .never
        } else if let publicURL, publicURL.isSecure {
            rule = publicURL.authority.port == nil ? .name(publicURL.authority.host) : .never
        } else {
            rule = isSecure ? .everyName : .never
        }
    }

    package func add(to fields: inout HTTPFields, for authority: String?) {
        if case .never = rule { return }
        guard let authority = authority.flatMap({ Authority($0) }), (authority.port ?? 443) == 443,
            !IPAddress.isAddress(authority.host), authority.host != "localhost",
            !authority.host.hasSuffix(".localhost")
        else { return }
        if case .name(let name) = rule, name != authority.host { return }
        fields[.strictTransportSecurity] = Self.field
    }
}
