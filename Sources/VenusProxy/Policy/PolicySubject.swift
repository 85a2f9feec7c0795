/// What a policy is asked about: a call before it goes anywhere. The bytes belong to the asker and are only looked at.
package struct PolicySubject {
    /// In lower case, without brackets and without a dot at the end.
    package let host: UnsafeBufferPointer<UInt8>
    package let port: UInt16
    /// As the request has it: methods are case-sensitive. `CONNECT` for a tunnel.
    package let method: UnsafeBufferPointer<UInt8>
    package let service: UnsafeBufferPointer<UInt8>

    /// `host`: in lower case.
    package init(
        host: UnsafeBufferPointer<UInt8>, port: UInt16, method: UnsafeBufferPointer<UInt8>,
        service: UnsafeBufferPointer<UInt8>
    ) {
        let hasDot = host.count > 1 && host[host.count - 1] == UInt8(ascii: ".")
        self.host = hasDot ? UnsafeBufferPointer(rebasing: host.dropLast()) : host
        self.port = port
        self.method = method
        self.service = service
    }

    /// Whether the name is one by which a cloud's machines find their metadata service, whatever it resolves to.
    package var isMetadataName: Bool {
        // The shortest and the longest of them.
        guard 8...28 ~= host.count else { return false }
        return Self.metadataNames.contains { Self.spells($0, host) }
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
