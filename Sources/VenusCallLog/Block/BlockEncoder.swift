public import VenusCore

/// Writes entries of the call log: text, so that `redis-cli XRANGE` shows it.
public enum BlockEncoder {
    /// The `v` that this version writes, and the newest that it reads.
    public static let version: UInt64 = 1

    /// The entry of a block that is encoded already.
    ///
    /// - Parameters:
    ///   - operations: lines as ``append(_:to:)`` writes them, with `\n` between them.
    ///   - calls: ``CallLine``s with `\n` between them.
    public static func entry(_ header: BlockHeader, operations: [UInt8], calls: [UInt8]) -> [EntryField] {
        var fields = opening(kind: "calls", header.producer)
        fields.append(field(.first, header.first))
        fields.append(field(.count, UInt64(header.count)))
        fields.append(EntryField(BlockField.t0.rawValue, String(header.t0)))
        fields.append(EntryField(BlockField.operations.rawValue, operations))
        fields.append(EntryField(BlockField.calls.rawValue, calls))
        return fields
    }

    /// The entry of a block that holds at least one call.
    public static func entry(_ block: CallBlock) -> [EntryField] {
        precondition(!block.calls.isEmpty && block.calls.count <= CallBlock.maximumCalls, "a block has 1 … 512 calls")
        let t0 = block.calls.reduce(Int64.max) { min($0, $1.start) }
        var operations: [UInt8] = []
        for (line, operation) in block.operations.enumerated() {
            if line > 0 { operations.append(UInt8(ascii: "\n")) }
            append(operation, to: &operations)
        }
        var calls: [UInt8] = []
        for (line, call) in block.calls.enumerated() {
            if line > 0 { calls.append(UInt8(ascii: "\n")) }
            calls += [UInt8](unsafeUninitializedCapacity: CallLine.maximumBytes) { room, count in
                // The capacity asked for is there, so the buffer has a base address.
                count = CallLine.write(
                    call, operation: call.operation, offset: UInt64(call.start - t0), to: room.baseAddress!)
            }
        }
        let header = BlockHeader(producer: block.producer, first: block.first, count: block.calls.count, t0: t0)
        return entry(header, operations: operations, calls: calls)
    }

    /// The entry of a heartbeat, or of a producer's end.
    public static func entry(_ heartbeat: Heartbeat) -> [EntryField] {
        var fields = opening(kind: heartbeat.isEnd ? "end" : "heartbeat", heartbeat.producer)
        fields.append(field(.next, heartbeat.next))
        fields.append(field(.inFlight, UInt64(max(0, heartbeat.callsInFlight))))
        fields.append(field(.queued, UInt64(max(0, heartbeat.callsQueued))))
        fields.append(field(.dropped, heartbeat.callsDropped))
        fields.append(EntryField(BlockField.producerVersion.rawValue, heartbeat.version))
        if heartbeat.callsSpooled > 0 { fields.append(field(.spooled, UInt64(heartbeat.callsSpooled))) }
        if heartbeat.isUnclean { fields.append(field(.unclean, 1)) }
        if let sentAt = heartbeat.sentAt { fields.append(field(.sent, UInt64(max(0, sentAt)))) }
        ReportLines.append(heartbeat.report, to: &fields)
        return fields
    }

    /// Appends the line of an operation, without a newline: scheme, host, port, method, route, protocol.
    public static func append(_ operation: Operation, to output: inout [UInt8]) {
        TextEscape.append(operation.scheme.utf8, to: &output)
        output.append(UInt8(ascii: "\t"))
        TextEscape.append(operation.host.utf8, to: &output)
        output.append(UInt8(ascii: "\t"))
        output += Array(String(operation.port).utf8)
        for text in [operation.method, operation.route, operation.networkProtocol] {
            output.append(UInt8(ascii: "\t"))
            TextEscape.append(text.utf8, to: &output)
        }
    }

    private static func opening(kind: String, _ producer: Producer) -> [EntryField] {
        [
            field(.version, version),
            EntryField(BlockField.kind.rawValue, kind),
            EntryField(BlockField.producer.rawValue, producer.id),
            EntryField(BlockField.environment.rawValue, producer.environment),
            EntryField(BlockField.service.rawValue, producer.service),
            EntryField(BlockField.instance.rawValue, producer.instance),
            EntryField(BlockField.host.rawValue, producer.host),
        ]
    }

    private static func field(_ field: BlockField, _ number: UInt64) -> EntryField {
        EntryField(field.rawValue, String(number))
    }
}
