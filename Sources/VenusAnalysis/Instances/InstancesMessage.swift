package import VenusCore

/// The instances of one shard, as they go from an analyzer to the servers: beside the frames, in messages of their own,
/// which servers that know nothing of them pass over.
package struct InstancesMessage: Sendable, Hashable {
    /// No frame begins with it: their first byte is their version.
    static let mark: UInt8 = 0x49
    private static let version: UInt8 = 1

    package var shard: Int
    /// Those of the frame that it belongs to.
    package var epoch: Int64
    package var at: Int64
    package var instances: FeedInstances

    package init(shard: Int, epoch: Int64, at: Int64, instances: FeedInstances) {
        self.shard = shard
        self.epoch = epoch
        self.at = at
        self.instances = instances
    }

    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.append(byte: Self.mark)
        writer.append(byte: Self.version)
        writer.append(UInt64(shard))
        writer.append(signed: epoch)
        writer.append(signed: at)
        writer.append(signed: instances.coveredSince)
        writer.append(UInt64(instances.series.count))
        for series in instances.series {
            series.key.encode(into: &writer)
            for totals in series.windows { totals.encode(into: &writer) }
        }
        return writer.bytes
    }

    /// Throws for bytes that no version of Venus has written.
    package init(encoded: [UInt8]) throws(EncodingError) {
        var reader = ByteReader(encoded)
        guard try reader.readByte() == Self.mark else { throw .corrupt }
        try reader.readVersion(upTo: Self.version)
        shard = try reader.read(Int.self)
        epoch = try reader.readSigned()
        at = try reader.readSigned()
        instances = FeedInstances(coveredSince: try reader.readSigned(), series: [])
        // Counts are not trusted for room: a message that claims more than it holds ends too early.
        for _ in 0..<(try reader.read(Int.self)) {
            let key = try InstanceKey(from: &reader)
            var windows: [KPITotals] = []
            for _ in Window.allCases { windows.append(try KPITotals(from: &reader)) }
            instances.series.append(InstanceSeries(key: key, windows: windows))
        }
        guard reader.isAtEnd else { throw .corrupt }
    }
}
