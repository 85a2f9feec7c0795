package import VenusCore

extension [PinnedClient] {
    /// The stored form, empty for no pin: version, count, and of each client, host and its two times.
    package var encoded: [UInt8] {
        guard !isEmpty else { return [] }
        var writer = ByteWriter()
        writer.append(byte: Self.version)
        writer.append(UInt64(count))
        for pin in self {
            writer.append(pin.client)
            writer.append(pin.host)
            writer.append(signed: pin.learned)
            writer.append(signed: pin.expires)
        }
        return writer.bytes
    }

    package init(encoded: [UInt8]) throws(EncodingError) {
        self = []
        guard !encoded.isEmpty else { return }
        var reader = ByteReader(encoded)
        try reader.readVersion(upTo: Self.version)
        // Not trusted for room: a count that is too high ends too early.
        for _ in 0..<(try reader.read(Int.self)) {
            append(
                PinnedClient(
                    client: try reader.readString(), host: try reader.readString(), learned: try reader.readSigned(),
                    expires: try reader.readSigned()))
        }
        guard reader.isAtEnd else { throw .corrupt }
    }

    private static var version: UInt8 { 1 }
}
