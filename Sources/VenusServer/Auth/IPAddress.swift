import NIOCore

enum IPAddress {
    /// Whether the text is an IPv4 or IPv6 address rather than a name.
    static func isAddress(_ text: String) -> Bool { (try? SocketAddress(ipAddress: text, port: 0)) != nil }

    /// Whether a listener at this address listens at every address of the machine.
    static func isAny(_ text: String) -> Bool { text == "0.0.0.0" || text == "::" }
}

extension SocketAddress {
    /// The address without its port, for logs and counts.
    package var host: String { ipAddress ?? "local" }
}
