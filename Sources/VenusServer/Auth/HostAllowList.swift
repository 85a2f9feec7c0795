/// The names under which the server answers.
///
/// A page of a foreign site may make its name resolve to our address (DNS rebinding), and its scripts then speak to
/// us as to their own site; but they cannot help sending that name as `Host`. An IP address is no name that could be
/// made to point elsewhere, so every address is allowed.
package struct HostAllowList: Sendable {
    private let names: Set<String>

    /// - Parameters:
    ///   - listenHost: what the server listens at.
    ///   - configured: names without port.
    ///   - publicURL: where people reach it.
    package init(listenHost: String, configured: [String], publicURL: WebOrigin?) {
        let all = ["localhost", listenHost] + configured + (publicURL.map { [$0.authority.host] } ?? [])
        names = Set(all.map { $0.lowercased() })
    }

    package func allows(_ authority: Authority) -> Bool {
        names.contains(authority.host) || authority.host.hasSuffix(".localhost") || IPAddress.isAddress(authority.host)
    }
}
