package import VenusCore

/// The recent calls of one shard, as they go from an analyzer to the servers: beside the frames, in messages of their
/// own, which servers that know nothing of them pass over.
package struct RecentCallsMessage: Sendable, Hashable {
    /// No frame begins with it: their first byte is their version.
    static let mark: UInt8 = 0x43
    private static let version: UInt8 = 1

    package var shard: Int
    package var calls: RecentCalls

    package init(shard: Int, calls: RecentCalls) {
        self.shard = shard
        self.calls = calls
    }

    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.append(byte: Self.mark)
        writer.append(byte: Self.version)
        writer.append(UInt64(shard))
        for list in [calls.last, calls.slowest, calls.failed] {
            writer.append(UInt64(list.count))
            for call in list { call.encode(into: &writer) }
        }
        return writer.bytes
    }

    /// Throws for bytes that no version of Venus has written.
    package init(encoded: [UInt8]) throws(EncodingError) {
        var reader = ByteReader(encoded)
        guard try reader.readByte() == Self.mark else { throw .corrupt }
        try reader.readVersion(upTo: Self.version)
        shard = try reader.read(Int.self)
        calls = RecentCalls()
        calls.last = try Self.list(&reader)
        calls.slowest = try Self.list(&reader)
        calls.failed = try Self.list(&reader)
        guard reader.isAtEnd else { throw .corrupt }
    }

    private static func list(_ reader: inout ByteReader) throws(EncodingError) -> [RecentCall] {
        let count = try reader.read(Int.self)
        guard count <= RecentCalls.maximumCalls else { throw .corrupt }
        var calls: [RecentCall] = []
        for _ in 0..<count { calls.append(try RecentCall(from: &reader)) }
        return calls
    }
}

extension RecentCall {
    fileprivate func encode(into writer: inout ByteWriter) {
        key.encode(into: &writer)
        writer.append(instance)
        writer.append(signed: call.start)
        writer.append(UInt64(call.duration))
        writer.append(byte: call.outcome.rawValue)
        writer.append(UInt64(call.status))
        writer.append(byte: call.errorType?.rawValue ?? 0)
        for phase in Phase.allCases { writer.append(call.phases[phase].map { UInt64($0) + 1 } ?? 0) }
        writer.append(call.bytesSent)
        writer.append(call.bytesReceived)
        writer.append(UInt64(call.flags.rawValue))
        writer.append(call.traceID?.high ?? 0)
        writer.append(call.traceID?.low ?? 0)
    }

    fileprivate init(from reader: inout ByteReader) throws(EncodingError) {
        key = try SeriesKey(from: &reader)
        instance = try reader.readString()
        let start = try reader.readSigned()
        let duration = try reader.read(UInt32.self)
        // Far from where times are added up.
        guard (0...Self.latestStart).contains(start), let outcome = Outcome(rawValue: try reader.readByte()) else {
            throw .corrupt
        }
        call = Call(operation: 0, start: start, duration: duration, outcome: outcome)
        call.status = try reader.read(UInt16.self)
        call.errorType = ErrorType(rawValue: try reader.readByte())
        for phase in Phase.allCases {
            let time = try reader.readNumber()
            guard time <= UInt64(UInt32.max) else { throw .corrupt }
            if time > 0 { call.phases[phase] = UInt32(time - 1) }
        }
        call.bytesSent = try reader.readNumber()
        call.bytesReceived = try reader.readNumber()
        call.flags = CallFlags(rawValue: try reader.read(UInt16.self))
        call.traceID = TraceID(high: try reader.readNumber(), low: try reader.readNumber())
    }

    /// The end of the year 9999, in microseconds since the epoch.
    private static let latestStart: Int64 = 253_402_300_799_999_999
}
