/// How names are resolved: what is laid down for some of them, and who is asked for the others.
public struct NameResolution: Sendable, Hashable {
    /// What a name stands for, whatever name servers say.
    public struct Override: Sendable, Hashable {
        package var names: HostPattern
        /// In the order in which to try them; at least one.
        package var addresses: [IPAddress]

        package init(names: HostPattern, addresses: [IPAddress]) {
            self.names = names
            self.addresses = addresses
        }

        fileprivate func matches(_ name: String) -> Bool {
            var bytes = name.utf8.map { ByteClass.lowercased($0) }
            if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
            return bytes.withUnsafeBufferPointer { names.matches($0) }
        }
    }

    /// The first that matches holds.
    public var overrides: [Override] = []
    /// Who is asked; `nil`: the system's own resolver.
    package var server: NameServer?

    public init() {}

    /// Looks names up by these rules; `others` where no server is set. `limit`: microseconds for one lookup.
    package func source(others: @escaping Resolver.Source, within limit: UInt64) -> Resolver.Source {
        guard !overrides.isEmpty || server != nil else { return others }
        return { [overrides, server] name throws(LookupError) in
            if let rule = overrides.first(where: { $0.matches(name) }) { return NameAnswer(rule.addresses) }
            guard let server else { return try others(name) }
            if let loopback = Self.loopback(name) { return loopback }
            return try server.lookUp(name, within: limit)
        }
    }

    /// This machine's own name is no server's to tell (RFC 6761, section 6.3).
    private static func loopback(_ name: String) -> NameAnswer? {
        let name = name.hasSuffix(".") ? String(name.dropLast()) : name
        guard name == "localhost" || name.hasSuffix(".localhost") else { return nil }
        return NameAnswer(["127.0.0.1", "::1"].compactMap { IPAddress($0) })
    }
}
