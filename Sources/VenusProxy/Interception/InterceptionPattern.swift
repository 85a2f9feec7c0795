/// Hosts by name (`api.example.com`, `*.example.com`, `*`) or by address (`10.0.0.1`, `10.0.0.0/8`).
package struct InterceptionPattern: Sendable, Hashable {
    private enum Kind: Hashable {
        case host(HostPattern)
        case network(IPNetwork)
    }

    private let kind: Kind

    package init(_ text: String) throws(PolicyFault) {
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        if let network = try? IPNetwork(bare) {
            kind = .network(network)
        } else if bare.contains("/") {
            // It is meant as one: its own words say what is wrong with it.
            kind = .network(try IPNetwork(bare))
        } else {
            kind = .host(try HostPattern(text))
        }
    }

    /// Whether it stands for a tunnel's host, which is in lower case and has no dot at its end. `address`: where the
    /// host is an address rather than a name. `*` stands for addresses as well.
    package func matches(_ host: UnsafeBufferPointer<UInt8>, address: IPAddress?) -> Bool {
        switch kind {
        case .host(let pattern): pattern.matches(host) && (address == nil || pattern.text == "*")
        case .network(let network): address.map { network.contains($0.unmapped) } ?? false
        }
    }

    package func matches(_ name: SubjectName) -> Bool {
        switch name {
        case .host(let bytes): bytes.withUnsafeBufferPointer { matches($0, address: nil) }
        case .address(let address): matches(UnsafeBufferPointer(start: nil, count: 0), address: address)
        }
    }

    package var text: String {
        switch kind {
        case .host(let pattern): pattern.text
        case .network(let network): network.text
        }
    }
}
