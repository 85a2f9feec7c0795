/// Names of hosts: one (`api.example.com`), all below one (`*.example.com`, at any depth, without itself), or all
/// (`*`).
///
/// Compared without regard to case and to a dot at the end. International names are in their A-label form
/// (`xn--…`, RFC 5890), as they are on the wire.
package struct HostPattern: Sendable, Hashable {
    private enum Kind: UInt8 { case one, below, all }

    private let kind: Kind
    /// In lower case; of `below` with the dot in front.
    private let name: [UInt8]

    package init(_ text: String) throws(PolicyFault) {
        guard text != "*" else {
            kind = .all
            name = []
            return
        }
        let isBelow = text.hasPrefix("*.")
        var bytes = Array(text.utf8.dropFirst(isBelow ? 2 : 0)).map { ByteClass.lowercased($0) }
        if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        if let reason = Self.fault(in: bytes, of: text) { throw PolicyFault(reason) }
        kind = isBelow ? .below : .one
        name = isBelow ? [UInt8(ascii: ".")] + bytes : bytes
    }

    private static func fault(in bytes: [UInt8], of text: String) -> String? {
        guard bytes.allSatisfy({ $0 < 0x80 }) else {
            return "is an international name; write it as it is on the wire, xn--… (its A-label form)"
        }
        if text.contains("://") || text.contains("@") { return "is a URL; write the host's name alone" }
        if IPNetwork.isMeant(by: text) { return "is an address; write it under `addresses`" }
        if text.contains(":") { return "has a port; write the name alone, and the port under `ports`" }
        if text.dropFirst().contains("*") || text.hasPrefix("*") && !text.hasPrefix("*.") {
            return "has a * that is not all of its first part; expected *.example.com, or * alone"
        }
        guard bytes.count <= Authority.maximumHostBytes, bytes.allSatisfy(ByteClass.isHostName) else {
            return "is no host's name; expected one like api.example.com or *.example.com"
        }
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.allSatisfy({ 1...63 ~= $0.count }) else {
            return "has a part between dots that is empty or longer than 63 letters"
        }
        return nil
    }

    /// Whether it stands for this host, which is in lower case and has no dot at its end.
    package func matches(_ host: UnsafeBufferPointer<UInt8>) -> Bool {
        switch kind {
        case .all: return true
        case .one: return host.count == name.count && endsLikeName(host)
        case .below: return host.count > name.count && endsLikeName(host)
        }
    }

    private func endsLikeName(_ host: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = host.count - name.count
        for place in name.indices where name[place] != host[start + place] { return false }
        return true
    }

    package var text: String {
        switch kind {
        case .all: "*"
        case .one: String(decoding: name, as: UTF8.self)
        case .below: "*" + String(decoding: name, as: UTF8.self)
        }
    }
}

extension IPNetwork {
    /// Whether a text is an address or a network rather than a name, in whatever spelling.
    fileprivate static func isMeant(by text: String) -> Bool {
        if text.hasPrefix("[") || (try? IPNetwork(text)) != nil { return true }
        return IPAddress(anySpelling: text) != nil
    }
}
