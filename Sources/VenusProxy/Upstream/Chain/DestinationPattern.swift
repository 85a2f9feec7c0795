/// Which destinations are meant, as `NO_PROXY` has it: a name and all below it (`example.com`, `.example.com`), only
/// those below (`*.example.com`), an address, a network (`10.0.0.0/8`), or all (`*`); each with a port if it is to be
/// one.
///
/// Names are compared as they are called: none is resolved to see whether its address is in a network.
public struct DestinationPattern: Sendable, Hashable, CustomStringConvertible {
    private enum Host: Sendable, Hashable {
        case all
        /// Lower case, without a dot at either end.
        case name([UInt8], isItselfMeant: Bool)
        case network(IPNetwork)
    }

    private let host: Host
    /// `nil`: every port.
    private let port: UInt16?

    package init(_ text: String) throws(UpstreamFault) {
        var name = Substring(text)
        var number: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw UpstreamFault("has a [ without its ]") }
            name = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":"), name.contains(":") else {
                throw UpstreamFault("is not valid; expected an IPv6 address in the brackets, and perhaps a port behind")
            }
            if !rest.isEmpty { number = rest.dropFirst() }
        } else if let colon = text.firstIndex(of: ":"), !text[text.index(after: colon)...].contains(":") {
            name = text[..<colon]
            number = text[text.index(after: colon)...]
        }
        if let number {
            guard number.utf8.allSatisfy(ByteClass.isDigit), let value = UInt16(number), value > 0 else {
                throw UpstreamFault("has no port behind its colon; expected 1 … 65535")
            }
            port = value
        } else {
            port = nil
        }
        host = try Self.host(String(name))
    }

    private static func host(_ text: String) throws(UpstreamFault) -> Host {
        if text == "*" { return .all }
        if text.contains("/") || IPAddress(text) != nil {
            do throws(PolicyFault) { return .network(try IPNetwork(text)) } catch { throw UpstreamFault(error.reason) }
        }
        let isBelow = text.hasPrefix("*.")
        var name = Array(text.utf8.map { ByteClass.lowercased($0) }.drop { $0 == UInt8(ascii: ".") })
        if isBelow { name.removeFirst(2) }
        if name.last == UInt8(ascii: ".") { name.removeLast() }
        guard !name.isEmpty, name.count <= Authority.maximumHostBytes, name.allSatisfy(ByteClass.isHostName) else {
            throw UpstreamFault(
                "is no destination; expected a name (example.com, *.example.com), an address, a network (10.0.0.0/8) "
                    + "or *, with a port behind if it is to be one (example.com:443)")
        }
        return .name(name, isItselfMeant: !isBelow)
    }

    /// Whether a destination is meant. `host`: in lower case, without brackets; `address`: the same, where it is one.
    package func matches(_ name: [UInt8], _ address: IPAddress?, port called: UInt16) -> Bool {
        if let port, port != called { return false }
        switch host {
        case .all: return true
        case .network(let network):
            guard let address else { return false }
            return network.contains(address) || network.contains(address.unmapped)
        case .name(let suffix, let isItselfMeant):
            let name = name.last == UInt8(ascii: ".") ? name.dropLast() : name[...]
            guard name.count >= suffix.count, name.suffix(suffix.count).elementsEqual(suffix) else { return false }
            if name.count == suffix.count { return isItselfMeant }
            return name[name.count - suffix.count - 1] == UInt8(ascii: ".")
        }
    }

    public var description: String {
        let end = port.map { ":\($0)" } ?? ""
        switch host {
        case .all: return "*" + end
        case .name(let name, let isItselfMeant):
            return (isItselfMeant ? "" : "*.") + String(decoding: name, as: UTF8.self) + end
        case .network(let network):
            return port != nil && network.address.isIPv6 ? "[\(network.text)]\(end)" : network.text + end
        }
    }
}
