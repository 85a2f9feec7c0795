import VenusCore

/// The stored form of the phases' sums and counts: version, their number, and for each its sum in microseconds and its
/// count, as variable-length integers. Phases that a newer version knows are left out when read.
enum PhaseTotals {
    private static let version: UInt8 = 1

    static func encode(_ phases: [KPITotals.PhaseTotal]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(byte: version)
        writer.append(UInt64(phases.count))
        for phase in phases {
            writer.append(phase.sum)
            writer.append(phase.count)
        }
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8], into phases: inout [KPITotals.PhaseTotal]) throws(EncodingError) {
        var reader = ByteReader(bytes)
        try reader.readVersion(upTo: version)
        let count = try reader.read(Int.self)
        for place in 0..<min(count, phases.count) {
            phases[place].sum = try reader.readNumber()
            phases[place].count = try reader.readNumber()
        }
    }
}
