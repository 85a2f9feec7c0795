/// Which tunnels are intercepted, and how their origins are met. Made once at the start, and never changed.
package struct InterceptionRules: Sendable, Hashable {
    /// A certificate that we show to origins which ask for one.
    package struct ClientCertificate: Sendable, Hashable {
        /// The origins.
        package var hosts: [InterceptionPattern]
        /// PEM files: the certificate with what stands between it and its authority, and its key.
        package var certificate: String
        package var key: String

        package init(hosts: [InterceptionPattern], certificate: String, key: String) {
            self.hosts = hosts
            self.certificate = certificate
            self.key = key
        }
    }

    /// Intercepted, unless `pass` has them.
    package var hosts: [InterceptionPattern]
    package var pass: [InterceptionPattern]
    /// PEM files with authorities that origins' certificates may come from, beside the system's.
    package var trust: [String]
    /// The first that fits an origin is shown to it.
    package var clientCertificates: [ClientCertificate]

    package init(
        hosts: [InterceptionPattern] = [], pass: [InterceptionPattern] = [], trust: [String] = [],
        clientCertificates: [ClientCertificate] = []
    ) {
        self.hosts = hosts
        self.pass = pass
        self.trust = trust
        self.clientCertificates = clientCertificates
    }

    /// Whether a tunnel to this host is intercepted.
    package func intercepts(_ host: SubjectName) -> Bool {
        hosts.contains { $0.matches(host) } && !pass.contains { $0.matches(host) }
    }

    /// Which of the certificates an origin is shown, if it asks; `nil`: none.
    package func clientCertificate(for host: SubjectName) -> Int? {
        clientCertificates.firstIndex { $0.hosts.contains { $0.matches(host) } }
    }
}
