/// Where a server of Redis listens.
package struct RedisAddress: Sendable, Hashable, CustomStringConvertible {
    package var host: String
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Whether the host is a name, rather than an address.
    package var isNamed: Bool {
        !host.contains(":") && !host.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
    }

    package var description: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}
