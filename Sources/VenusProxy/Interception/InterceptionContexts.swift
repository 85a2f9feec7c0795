/// The two sides of interception as OpenSSL knows them. Shared by all loops.
package struct InterceptionContexts: Sendable {
    /// Towards clients; each session gets its certificate.
    let server: TLSContext
    private let rules: InterceptionRules
    private let anonymous: TLSContext
    /// One for each of the rules' client certificates.
    private let identified: [TLSContext]

    /// Reads the rules' files.
    package init(_ rules: InterceptionRules) throws(ProxyError) {
        self.rules = rules
        guard let server = TLSContext.server() else {
            throw ProxyError(.resources, "OpenSSL gives no context for TLS")
        }
        self.server = server
        anonymous = try TLSContext.client(trust: rules.trust)
        var identified: [TLSContext] = []
        for identity in rules.clientCertificates {
            identified.append(
                try TLSContext.client(
                    trust: rules.trust, identity: (certificate: identity.certificate, key: identity.key)))
        }
        self.identified = identified
    }

    /// Towards an origin.
    func client(for host: SubjectName?) -> TLSContext {
        guard let host, let place = rules.clientCertificate(for: host) else { return anonymous }
        return identified[place]
    }
}
