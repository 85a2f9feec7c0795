import VenusProxy

/// Where a role listens: a host and a port, written `host:port`, an IPv6 address in brackets.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address; an IPv6 address without its brackets.
    package var host: String
    /// 0 picks a free port.
    package var port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`. `nil` for anything else, also for a port or a host on its own.
    package init?(_ text: String) {
        let host: Substring
        let port: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.first == ":", host.contains(":"), host.allSatisfy(Self.isOfIPv6) else { return nil }
            port = rest.dropFirst()
        } else {
            guard let colon = text.firstIndex(of: ":") else { return nil }
            host = text[..<colon]
            port = text[text.index(after: colon)...]
            guard !host.isEmpty, host.utf8.count <= 253, host.allSatisfy(Self.isOfName) else { return nil }
        }
        guard !port.isEmpty, port.allSatisfy(\.isASCIIDigit), let number = UInt16(port) else { return nil }
        self.init(host: String(host), port: number)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether only this machine can reach it.
    package var isLoopback: Bool {
        host.lowercased() == "localhost" || IPAddress(host)?.unmapped.isLoopback == true
    }

    private static func isOfName(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-._".contains(character))
    }

    private static func isOfIPv6(_ character: Character) -> Bool {
        character.isASCII && (character.isHexDigit || ":.%".contains(character))
    }
}

extension Character {
    var isASCIIDigit: Bool { isASCII && isNumber }
}
