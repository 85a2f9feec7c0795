package import HTTPTypes

/// Tells whose address a request comes from, where proxies stand before us.
package struct ClientAddress: Sendable {
    /// Proxies in a row that are looked through.
    private static let maximumProxies = 16

    private let trusted: [AddressRange]

    /// - Parameter trusted: proxies that say whom they speak for, and are believed.
    package init(trusted: [AddressRange] = []) { self.trusted = trusted }

    /// The last address in `X-Forwarded-For` that no trusted proxy has; the connection's own where the connection is no
    /// trusted proxy's, whatever the field says.
    package func address(peer: String, fields: HTTPFields) -> String {
        guard isTrusted(peer) else { return peer }
        var address = peer
        let named = fields[values: .xForwardedFor].flatMap { $0.split(separator: ",") }
        for item in named.reversed().prefix(Self.maximumProxies) {
            let text = String(item.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" })
            // What is no address, such as a name, tells nothing: whoever sent it is as far as we know.
            guard IPAddress.isAddress(text) else { return address }
            address = text
            guard isTrusted(text) else { return address }
        }
        return address
    }

    private func isTrusted(_ address: String) -> Bool { trusted.contains { $0.contains(address) } }
}

extension HTTPField.Name {
    // A valid token.
    static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!
}
