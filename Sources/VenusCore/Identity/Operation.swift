/// Method and route template on a dependency, as the call log names them.
public struct Operation: Sendable, Hashable {
    /// `http`, `https`, or `tcp` for a tunnel whose content is not visible.
    public var scheme: String
    /// Lower case; an IPv6 address without brackets.
    public var host: String
    public var port: UInt16
    /// The request method; `CONNECT` for a tunnel; `_OTHER` for one that no RFC knows.
    public var method: String
    /// The path as a template (``RouteTemplate``): never the raw one. Empty for a tunnel.
    public var route: String
    /// `http/1.1`, `http/2`, `websocket`, `tunnel`, …
    public var networkProtocol: String

    public init(
        scheme: String, host: String, port: UInt16, method: String, route: String, networkProtocol: String
    ) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.method = method
        self.route = route
        self.networkProtocol = networkProtocol
    }

    /// `host:port`, an IPv6 address in brackets.
    public var dependency: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// `METHOD route`, or the method alone for a tunnel.
    public var name: String { route.isEmpty ? method : "\(method) \(route)" }
}
