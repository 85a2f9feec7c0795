/// What a TLS client says first (RFC 8446, section 4.1.2; RFC 6066, section 3; RFC 7301).
///
/// Of everything else, GREASE (RFC 8701) and key shares of any size included, only the length is read.
package struct ClientHello: Sendable, Hashable {
    private static let randomBytes = 32
    /// IANA's TLS ExtensionType Values.
    private static let serverNameExtension = 0
    private static let protocolsExtension = 16
    private static let preSharedKeyExtension = 41
    private static let earlyDataExtension = 42
    private static let versionsExtension = 43

    package private(set) var legacyVersion = 0
    /// The highest version that is offered and known.
    package private(set) var highestVersion: TLSVersion?
    /// Where the server's name lies in the message; empty if there is none, or none that can be a host name.
    package private(set) var serverName = 0..<0
    /// Empty without the extension.
    package private(set) var protocols: OfferedProtocols = []
    package private(set) var offersEarlyData = false
    package private(set) var offersPreSharedKey = false

    /// Reads the body of the message; `nil` if it is malformed.
    package init?(_ message: UnsafeBufferPointer<UInt8>) {
        var cursor = TLSCursor(message)
        guard let legacyVersion = cursor.number(2), cursor.skip(Self.randomBytes), cursor.vector(1) != nil,
            cursor.vector(2) != nil, cursor.vector(1) != nil
        else { return nil }
        self.legacyVersion = legacyVersion
        highestVersion = TLSVersion(rawValue: UInt16(min(legacyVersion, Int(TLSVersion.tls12.rawValue))))
        // Before TLS 1.2 a hello could do without extensions.
        if cursor.isAtEnd { return }
        guard var extensions = cursor.vector(2), cursor.isAtEnd else { return nil }
        while !extensions.isAtEnd {
            guard let type = extensions.number(2), let content = extensions.vector(2), read(type, content, message)
            else { return nil }
        }
    }

    private mutating func read(_ type: Int, _ content: TLSCursor, _ message: UnsafeBufferPointer<UInt8>) -> Bool {
        switch type {
        case Self.serverNameExtension: return readServerName(content, message)
        case Self.protocolsExtension: return readProtocols(content)
        case Self.versionsExtension: return readVersions(content)
        case Self.earlyDataExtension:
            offersEarlyData = true
            return true
        case Self.preSharedKeyExtension:
            offersPreSharedKey = true
            return true
        default: return true
        }
    }

    private mutating func readServerName(_ content: TLSCursor, _ message: UnsafeBufferPointer<UInt8>) -> Bool {
        var content = content
        guard var names = content.vector(2), content.isAtEnd else { return false }
        while !names.isAtEnd {
            guard let type = names.number(1), let name = names.vector(2) else { return false }
            if type == 0, HostName.isValid(UnsafeBufferPointer(rebasing: message[name.range])) {
                serverName = name.range
            }
        }
        return true
    }

    private mutating func readProtocols(_ content: TLSCursor) -> Bool {
        var content = content
        guard var names = content.vector(2), content.isAtEnd else { return false }
        while !names.isAtEnd {
            guard let name = names.vector(1) else { return false }
            if name.equals("h2") {
                protocols.insert(.http2)
            } else if name.equals("http/1.1") {
                protocols.insert(.http11)
            } else {
                protocols.insert(.other)
            }
        }
        return true
    }

    private mutating func readVersions(_ content: TLSCursor) -> Bool {
        var content = content
        guard var versions = content.vector(1), content.isAtEnd else { return false }
        while !versions.isAtEnd {
            guard let number = versions.number(2) else { return false }
            guard let version = TLSVersion(rawValue: UInt16(number)) else { continue }
            highestVersion = max(highestVersion ?? version, version)
        }
        return true
    }
}
