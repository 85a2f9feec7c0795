/// A proxy on the way to a server of the web: it opens a tunnel (RFC 9110, section 9.3.6), in which we speak TLS with
/// the server itself.
public struct WebProxy: Sendable, Hashable {
    /// A name or an address; an IPv6 address without brackets.
    public var host: String
    public var port: Int
    /// The value of `Proxy-Authorization`; `nil`: none is sent.
    public var authorization: [UInt8]?

    public init(host: String, port: Int, authorization: [UInt8]? = nil) {
        self.host = host
        self.port = port
        self.authorization = authorization
    }

    /// What asks it for a tunnel.
    func request(for address: WebAddress) -> [UInt8] {
        let name = address.host.contains(":") ? "[\(address.host)]" : address.host
        let target = "\(name):\(address.port)"
        var request = Array("CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\nUser-Agent: venus\r\n".utf8)
        if let authorization { request += Array("Proxy-Authorization: ".utf8) + authorization + Array("\r\n".utf8) }
        return request + Array("\r\n".utf8)
    }
}
