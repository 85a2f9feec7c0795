/// An upstream proxy as a loop uses it.
struct UpstreamParent: Sendable {
    var kind: UpstreamProxy.Kind
    var host: [UInt8]
    var port: UInt16
    /// For our own errors: `host:port`.
    var authority: [UInt8]
    /// The value of `Proxy-Authorization`; empty without credentials.
    var authorization: [UInt8]
    var credentials: UpstreamCredentials?

    init(_ proxy: UpstreamProxy) {
        kind = proxy.kind
        host = Array(proxy.host.utf8)
        port = proxy.port
        authority = Array(proxy.authority.utf8)
        authorization = proxy.credentials?.authorization ?? []
        credentials = proxy.credentials
    }
}
