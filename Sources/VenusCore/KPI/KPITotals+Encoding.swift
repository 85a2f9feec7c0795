extension KPITotals {
    private static let version: UInt8 = 1

    /// The form in checkpoints and on the live feed between processes.
    public func encode(into writer: inout ByteWriter) {
        writer.append(byte: Self.version)
        for count in [
            success, clientError, serverError, transportError, unknown, cancelled, denied, estimated, tunnels,
            bytesSent, bytesReceived,
        ] { writer.append(count) }
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
        success = try reader.readNumber()
        clientError = try reader.readNumber()
        serverError = try reader.readNumber()
        transportError = try reader.readNumber()
        unknown = try reader.readNumber()
        cancelled = try reader.readNumber()
        denied = try reader.readNumber()
        estimated = try reader.readNumber()
        tunnels = try reader.readNumber()
        bytesSent = try reader.readNumber()
        bytesReceived = try reader.readNumber()
        for place in phases.indices {
            phases[place].sum = try reader.readNumber()
            phases[place].count = try reader.readNumber()
        }
        duration = try LatencyHistogram(from: &reader)
        ttfb = try LatencyHistogram(from: &reader)
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
