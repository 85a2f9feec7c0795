import VenusCore

/// Reads entries of the call log. Strict and total: whatever an entry holds, a ``LogRecord`` comes out, and nothing
/// larger than the bounds below gets through. Fields that this version does not know are passed over.
public enum BlockDecoder {
    /// Most fields of an entry.
    public static let maximumFields = 64
    /// Longest name of a producer, service, environment, instance, host or version.
    public static let maximumNameBytes = 1_024
    /// Largest `operations` field.
    public static let maximumOperationsBytes = 4 << 20
    /// Largest `calls` field.
    public static let maximumCallsBytes = CallBlock.maximumCalls * CallLine.maximumBytes
    /// Latest time, in microseconds since the epoch: the end of the year 9999.
    public static let maximumTime: Int64 = 253_402_300_799_999_999

    /// What the entry says; of calls what stands around them, which ``CallsRecord/block()`` reads.
    public static func decode(_ entry: LogEntry) -> LogRecord {
        do throws(BlockDecodingError) {
            let fields = try BlockFields(entry.fields)
            let version = try fields.number(.version)
            guard version > 0 else { throw .invalidNumber(.version) }
            guard version <= BlockEncoder.version else { return .newerVersion(version) }
            switch fields.kind {
            case .calls: return .calls(try calls(fields))
            case .heartbeat: return .heartbeat(try heartbeat(fields, isEnd: false))
            case .end: return .heartbeat(try heartbeat(fields, isEnd: true))
            case nil: throw .unknownKind
            }
        } catch { return .malformed(error) }
    }

    private static func calls(_ fields: BlockFields) throws(BlockDecodingError) -> CallsRecord {
        let count = try fields.number(.count)
        guard count > 0, count <= UInt64(CallBlock.maximumCalls) else { throw .invalidNumber(.count) }
        let first = try fields.number(.first)
        guard first > 0, first <= UInt64(Int64.max) - count else { throw .invalidNumber(.first) }
        let t0 = try fields.number(.t0)
        guard t0 <= UInt64(maximumTime) else { throw .invalidNumber(.t0) }
        let header = BlockHeader(
            producer: try producer(fields), first: first, count: Int(count), t0: Int64(t0))
        let calls = try fields.bytes(.calls, most: maximumCallsBytes)
        return CallsRecord(header: header, operations: try operations(fields), calls: calls)
    }

    private static func heartbeat(_ fields: BlockFields, isEnd: Bool) throws(BlockDecodingError) -> Heartbeat {
        let next = try fields.number(.next)
        guard next > 0, next <= UInt64(Int64.max) else { throw .invalidNumber(.next) }
        guard let inFlight = Int(exactly: try fields.number(.inFlight)) else { throw .invalidNumber(.inFlight) }
        guard let queued = Int(exactly: try fields.number(.queued)) else { throw .invalidNumber(.queued) }
        let dropped = try fields.number(.dropped)
        guard dropped <= UInt64(Int64.max) else { throw .invalidNumber(.dropped) }
        return Heartbeat(
            producer: try producer(fields), next: next, callsInFlight: inFlight, callsQueued: queued,
            callsDropped: dropped, version: try fields.text(.producerVersion), isEnd: isEnd,
            callsSpooled: try fields.count(.spooled) ?? 0, isUnclean: try fields.count(.unclean) ?? 0 > 0,
            report: try ReportLines.report(fields), sentAt: try ReportLines.sentAt(fields))
    }

    private static func producer(_ fields: BlockFields) throws(BlockDecodingError) -> Producer {
        let id = try fields.text(.producer)
        guard !id.isEmpty else { throw .invalidText(.producer) }
        return Producer(
            id: id, environment: try fields.text(.environment), service: try fields.text(.service),
            instance: try fields.text(.instance), host: try fields.text(.host))
    }

    private static func operations(_ fields: BlockFields) throws(BlockDecodingError) -> [Operation] {
        let bytes = try fields.bytes(.operations, most: maximumOperationsBytes)
        var operations: [Operation] = []
        var rest = bytes[...]
        while true {
            // A block of n calls names at most n operations.
            guard operations.count < CallBlock.maximumCalls else { throw .tooLarge(.operations) }
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            guard let operation = operation(rest[..<(end ?? rest.endIndex)]) else {
                throw .malformedOperation(line: operations.count)
            }
            operations.append(operation)
            guard let end else { return operations }
            rest = rest[(end + 1)...]
        }
    }

    private static func operation(_ line: ArraySlice<UInt8>) -> Operation? {
        var rest = line
        guard let scheme = column(&rest).flatMap({ text($0) }), let host = column(&rest).flatMap({ text($0) }),
            let port = column(&rest).flatMap({ BlockFields.number($0) }).flatMap({ UInt16(exactly: $0) }),
            let method = column(&rest).flatMap({ text($0) }), let route = column(&rest).flatMap({ text($0) }),
            // The last: a tab in it is none that text has.
            let networkProtocol = text(rest)
        else { return nil }
        return Operation(
            scheme: scheme, host: host, port: port, method: method, route: route, networkProtocol: networkProtocol)
    }

    /// Takes what is before the next tab, and the tab; `nil` where there is none.
    private static func column(_ line: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let tab = line.firstIndex(of: UInt8(ascii: "\t")) else { return nil }
        defer { line = line[(tab + 1)...] }
        return line[..<tab]
    }

    /// NUL is refused, because PostgreSQL has no text that holds it.
    private static func text(_ column: ArraySlice<UInt8>) -> String? {
        // Nearly always there is nothing to undo.
        if column.allSatisfy({ (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) {
            return String(decoding: column, as: UTF8.self)
        }
        guard let bytes = TextEscape.unescape(column), !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
