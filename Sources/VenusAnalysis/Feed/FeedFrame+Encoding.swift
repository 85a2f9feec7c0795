package import VenusCore
import VenusStore

extension FeedFrame {
    private static let version: UInt8 = 1

    /// The form on the live feed between processes.
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.append(byte: Self.version)
        writer.append(UInt64(shard))
        writer.append(UInt64(shards))
        writer.append(signed: epoch)
        writer.append(signed: at)
        writer.append(signed: coveredSince)
        writer.append(UInt64(series.count))
        for series in series {
            series.key.encode(into: &writer)
            for totals in series.windows { totals.encode(into: &writer) }
        }
        writer.append(UInt64(producers.count))
        for mark in producers { mark.encode(into: &writer) }
        writer.append(lostCalls)
        writer.append(UInt64(announcements.count))
        for announcement in announcements { announcement.encode(into: &writer) }
        return writer.bytes
    }

    /// Reads the form on the live feed. Throws for bytes that no version of Venus has written.
    package init(encoded: [UInt8]) throws(EncodingError) {
        var reader = ByteReader(encoded)
        try reader.readVersion(upTo: Self.version)
        self.init(
            shard: try reader.read(Int.self), shards: try reader.read(Int.self), epoch: try reader.readSigned(),
            at: try reader.readSigned(), coveredSince: try reader.readSigned(), series: [], producers: [],
            lostCalls: 0)
        guard shard < shards else { throw .corrupt }
        // Counts are not trusted for room: a frame that claims more than it holds ends too early.
        for _ in 0..<(try reader.read(Int.self)) {
            let key = try SeriesKey(from: &reader)
            var windows: [KPITotals] = []
            for _ in Window.allCases { windows.append(try KPITotals(from: &reader)) }
            series.append(FeedSeries(key: key, windows: windows))
        }
        for _ in 0..<(try reader.read(Int.self)) { producers.append(try ProducerMark(from: &reader)) }
        lostCalls = try reader.readNumber()
        for _ in 0..<(try reader.read(Int.self)) { announcements.append(try Announcement(from: &reader)) }
        guard reader.isAtEnd else { throw .corrupt }
    }
}

extension Announcement {
    fileprivate func encode(into writer: inout ByteWriter) {
        for name in [environment, address, service] { writer.append(name) }
        writer.append(signed: since)
    }

    fileprivate init(from reader: inout ByteReader) throws(EncodingError) {
        self.init(
            environment: try reader.readString(), address: try reader.readString(), service: try reader.readString(),
            since: try reader.readSigned())
    }
}

extension ProducerMark {
    fileprivate func encode(into writer: inout ByteWriter) {
        for name in [producer.id, producer.environment, producer.service, producer.instance, producer.host] {
            writer.append(name)
        }
        writer.append(UInt64(shard))
        writer.append(highest)
        writer.append(signed: lastSeen)
        writer.append(signed: Int64(callsInFlight))
        writer.append(signed: Int64(callsQueued))
        writer.append(callsDropped)
        writer.append(version)
        writer.append(byte: hasEnded ? 1 : 0)
    }

    fileprivate init(from reader: inout ByteReader) throws(EncodingError) {
        let producer = Producer(
            id: try reader.readString(), environment: try reader.readString(), service: try reader.readString(),
            instance: try reader.readString(), host: try reader.readString())
        self.init(
            producer: producer, shard: try reader.read(Int.self), highest: try reader.readNumber(),
            lastSeen: try reader.readSigned(), callsInFlight: Int(try reader.readSigned()),
            callsQueued: Int(try reader.readSigned()), callsDropped: try reader.readNumber(),
            version: try reader.readString())
        switch try reader.readByte() {
        case 0: hasEnded = false
        case 1: hasEnded = true
        default: throw .corrupt
        }
    }
}
