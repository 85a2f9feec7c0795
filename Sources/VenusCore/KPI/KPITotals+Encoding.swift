extension KPITotals {
    /// 2 has the counts of the egress policy; where they are 0, 1 is written.
    private static let version: UInt8 = 2

    /// The form in checkpoints and on the live feed between processes.
    public func encode(into writer: inout ByteWriter) {
        let hasPolicyCounts = wouldBeDenied > 0 || linkLocal > 0
        writer.append(byte: hasPolicyCounts ? Self.version : 1)
        for count in [
            success, clientError, serverError, transportError, unknown, cancelled, denied, estimated, tunnels,
            bytesSent, bytesReceived,
        ] { writer.append(count) }
        if hasPolicyCounts {
            writer.append(wouldBeDenied)
            writer.append(linkLocal)
        }
        for phase in phases {
            writer.append(phase.sum)
            writer.append(phase.count)
        }
        duration.encode(into: &writer)
        ttfb.encode(into: &writer)
    }

    public init(from reader: inout ByteReader) throws(EncodingError) {
        self.init()
        let version = try reader.readByte()
        guard version <= Self.version else { throw .newerVersion(version) }
        success = try Self.readCount(from: &reader)
        clientError = try Self.readCount(from: &reader)
        serverError = try Self.readCount(from: &reader)
        transportError = try Self.readCount(from: &reader)
        unknown = try Self.readCount(from: &reader)
        cancelled = try Self.readCount(from: &reader)
        denied = try Self.readCount(from: &reader)
        estimated = try Self.readCount(from: &reader)
        tunnels = try Self.readCount(from: &reader)
        bytesSent = try reader.readNumber()
        bytesReceived = try reader.readNumber()
        if version >= 2 {
            wouldBeDenied = try Self.readCount(from: &reader)
            linkLocal = try Self.readCount(from: &reader)
        }
        for place in phases.indices {
            phases[place].sum = try reader.readNumber()
            phases[place].count = try Self.readCount(from: &reader)
        }
        duration = try LatencyHistogram(from: &reader)
        ttfb = try LatencyHistogram(from: &reader)
    }

    /// Most calls that stored totals may claim, three years of a billion a second: beyond it the bytes are corrupt, and
    /// merging thousands of such totals cannot overflow.
    static let maximumStoredCount: UInt64 = 1 << 52

    private static func readCount(from reader: inout ByteReader) throws(EncodingError) -> UInt64 {
        let count = try reader.readNumber()
        guard count <= maximumStoredCount else { throw .corrupt }
        return count
    }
}

extension SeriesKey {
    public func encode(into writer: inout ByteWriter) {
        writer.append(byte: level.rawValue)
        for name in [environment, service, dependency, operation] { writer.append(name) }
    }

    public init(from reader: inout ByteReader) throws(EncodingError) {
        guard let level = Level(rawValue: try reader.readByte()) else { throw .corrupt }
        self = .stored(
            level: level, environment: try reader.readString(), service: try reader.readString(),
            dependency: try reader.readString(), operation: try reader.readString())
    }
}
