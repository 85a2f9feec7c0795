import VenusCore

/// The stored form of the phases' sums and counts: version, their number, and for each its sum in microseconds and its
/// count, as variable-length integers. Phases that a newer version knows are left out when read.
extension PhaseTotals {
    private static let version: UInt8 = 1

    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.append(byte: Self.version)
        writer.append(UInt64(count))
        for phase in self {
            writer.append(phase.sum)
            writer.append(phase.count)
        }
        return writer.bytes
    }

    init(_ bytes: [UInt8]) throws(EncodingError) {
        self.init()
        var reader = ByteReader(bytes)
        try reader.readVersion(upTo: Self.version)
        let stored = try reader.read(Int.self)
        for place in 0..<Swift.min(stored, count) {
            self[place].sum = try reader.readNumber()
            self[place].count = try reader.readNumber()
        }
    }
}
