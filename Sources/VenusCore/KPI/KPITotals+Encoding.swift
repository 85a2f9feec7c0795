extension KPITotals {
    /// 2 has the counts of the egress policy, 3 the statuses of errors too; where there are none, less is written.
    private static let version: UInt8 = 3

    /// The form in checkpoints and on the live feed between processes.
    public func encode(into writer: inout ByteWriter) {
        let hasPolicyCounts = wouldBeDenied > 0 || linkLocal > 0
        let version: UInt8 = statuses.isEmpty ? hasPolicyCounts ? 2 : 1 : Self.version
        writer.append(byte: version)
        for count in [
            success, clientError, serverError, transportError, unknown, cancelled, denied, estimated, tunnels,
            bytesSent, bytesReceived,
        ] { writer.append(count) }
        if version >= 2 {
            writer.append(wouldBeDenied)
            writer.append(linkLocal)
        }
        if version >= 3 { statuses.encode(into: &writer) }
        for phase in phases {
            writer.append(phase.sum)
            writer.append(phase.count)
        }
        duration.encode(into: &writer)
        ttfb.encode(into: &writer)
    }

    public init(from reader: inout ByteReader) throws(EncodingError) {
        self.init()
        let version = try reader.readVersion(upTo: Self.version)
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
        if version >= 3 { statuses = try ErrorStatuses(from: &reader) }
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
