/// What a policy is asked about: a call before it goes anywhere. The bytes belong to the asker and are only looked at.
package struct PolicySubject {
    /// In lower case, without brackets and without a dot at the end.
    package let host: UnsafeBufferPointer<UInt8>
    package let port: UInt16
    /// As ``RequestMethod`` has it. `CONNECT` for a tunnel.
    package let method: StaticString
    package let service: UnsafeBufferPointer<UInt8>

    /// `host`: in lower case.
    package init(
        host: UnsafeBufferPointer<UInt8>, port: UInt16, method: StaticString, service: UnsafeBufferPointer<UInt8>
    ) {
        let hasDot = host.count > 1 && host[host.count - 1] == UInt8(ascii: ".")
        self.host = hasDot ? UnsafeBufferPointer(rebasing: host.dropLast()) : host
        self.port = port
        self.method = method
        self.service = service
    }

    /// Whether the name is one by which a cloud's machines find their metadata service, whatever it resolves to.
    package var isMetadataName: Bool { Self.isMetadataName(host) }

    /// The same of a host in lower case.
    static func isMetadataName(_ host: UnsafeBufferPointer<UInt8>) -> Bool {
        // The shortest of them, and the longest with a dot.
        guard 8...29 ~= host.count else { return false }
        let hasDot = host[host.count - 1] == UInt8(ascii: ".")
        let name = hasDot ? UnsafeBufferPointer(rebasing: host.dropLast()) : host
        return metadataNames.contains { spells($0, name) }
    }

    private static let metadataNames: [StaticString] = [
        "metadata.google.internal", "metadata.goog", "metadata", "instance-data", "instance-data.ec2.internal",
        "metadata.azure.internal", "metadata.tencentyun.com", "metadata.platformequinix.com", "metadata.packet.net",
    ]

    private static func spells(_ name: StaticString, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard name.utf8CodeUnitCount == bytes.count else { return false }
        for place in 0..<bytes.count where name.utf8Start[place] != bytes[place] { return false }
        return true
    }
}
