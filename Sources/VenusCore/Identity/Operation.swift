/// Method and route template on a dependency, as the call log names them.
public struct Operation: Sendable, Hashable {
    /// `http`, `https`, or `tcp` for a tunnel whose content is not visible.
    public var scheme: String
    /// Lower case; an IPv6 address without brackets.
    public var host: String
    public var port: UInt16
    /// The request method; `CONNECT` for a tunnel; `_OTHER` for one that no RFC knows.
    public var method: String
    /// The path as a template (``RouteTemplate``): never the raw one. Of a tunnel the name that its client asked for by
    /// TLS, where that is not the host's; otherwise empty.
    public var route: String
    /// `http/1.1`, `http/2`, `websocket`; of a tunnel what is inside as far as it is visible: `tls/1.3 h2`, `tls/1.2`,
    /// or `tunnel` where it is not TLS, or nothing has been seen of it.
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

    /// `METHOD route`; where what follows is no request and answer also what it is: `CONNECT tls/1.3 h2`,
    /// `GET /live websocket`.
    public var name: String { name(route: route) }

    /// Its ``name``, were this its route.
    public func name(route: String) -> String {
        let request = route.isEmpty ? method : "\(method) \(route)"
        return showsProtocol ? "\(request) \(networkProtocol)" : request
    }

    /// Whether it is a tunnel, through which others may go.
    public var isTunnel: Bool { scheme == Self.tunnelScheme }

    private var showsProtocol: Bool {
        isTunnel ? Self.isVisible(networkProtocol.prefix { $0 != " " }) : networkProtocol == Self.webSocketProtocol
    }

    private static let tunnelScheme = "tcp"
    private static let tunnelMethod = "CONNECT"
    private static let opaqueProtocol = "tunnel"
    private static let visibleProtocol = "tls"
    private static let webSocketProtocol = "websocket"

    /// Whether the first word of a tunnel's protocol says what is inside: `tls/1.3`, or `tls` without a version.
    private static func isVisible(_ word: Substring) -> Bool {
        word == visibleProtocol || word.hasPrefix(visibleProtocol + "/")
    }

    /// What is inside a tunnel, by the ``name`` of its operation: `tls/1.3 h2`, `tunnel`, or `websocket` behind an
    /// upgrade. `nil` where the operation is none.
    public static func tunnelProtocol(ofName name: String) -> String? {
        var words = name.split(separator: " ")
        guard words.first == Substring(tunnelMethod) else {
            return words.count > 2 && words.last == Substring(webSocketProtocol) ? webSocketProtocol : nil
        }
        words.removeFirst()
        guard let place = words.lastIndex(where: isVisible) else { return opaqueProtocol }
        return words[place...].joined(separator: " ")
    }
}
