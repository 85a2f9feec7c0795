import Logging
import Synchronization
import TestSupport
import Testing
import VenusCallLog
import VenusCore
import VenusProxy

/// A proxy on a free port, with the calls that it recorded.
final class RunningProxy: Sendable {
    let server: ProxyServer
    let port: Int
    private let log = MemoryCallLog()
    private let shippers: CallShippers
    private let shipping: Task<Void, Never>

    init(
        keys: ServiceKeys? = nil, policy: EgressPolicy = EgressPolicy(), interception: Interception? = nil,
        lookup: @escaping Resolver.Lookup = Resolver.system,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        recording: CallShipperConfiguration = CallShipperConfiguration(),
        configuring change: (inout ProxyConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = ProxyConfiguration(host: "127.0.0.1", port: 0)
        configuration.loops = 1
        configuration.lingerTimeout = .milliseconds(500)
        change(&configuration)
        let makeShipper = { @Sendable [log] (service: String) in
            CallShipper(
                producer: Producer(id: service, environment: "test", service: service, instance: "i", host: "h"),
                callLog: log, configuration: recording, logger: logger)
        }
        shippers = CallShippers(own: makeShipper("s"), make: makeShipper)
        server = ProxyServer(
            configuration: configuration, shippers: shippers, keys: keys, policy: policy, interception: interception,
            logger: logger, lookup: lookup)
        port = Int(try server.start().port)
        shipping = Task { [shippers] in await shippers.run() }
    }

    func client(timeout: Duration = .seconds(20)) throws -> HTTPClient {
        try HTTPClient(host: "127.0.0.1", port: port, timeout: timeout)
    }

    func connection(timeout: Duration = .seconds(20)) throws -> TCPConnection {
        try TCPConnection(host: "127.0.0.1", port: port, timeout: timeout)
    }

    func stop(within limit: Duration = .seconds(1)) async {
        await server.shutDown(within: limit)
        await shippers.finish(within: .seconds(2))
        shipping.cancel()
    }

    /// The calls so far, in the order in which they ended.
    var calls: [RecordedCall] { log.calls }

    /// Waits for so many calls.
    func calls(_ count: Int) async throws -> [RecordedCall] {
        try await eventually("\(count) calls") { log.calls.count >= count ? log.calls : nil }
    }
}

extension RecordedCall {
    var isActivity: Bool { call.flags.contains(.activity) }
}

extension RunningProxy {
    /// The ends of connections so far.
    var ends: [Call] { calls.map(\.call).filter { $0.flags.contains(.ended) } }

    /// Waits for so many ends of connections.
    func ends(_ count: Int) async throws -> [Call] {
        try await eventually("\(count) ends") { ends.count >= count ? ends : nil }
    }

    /// Connections so far, one each.
    var tunnels: [RecordedCall] { calls.filter { $0.call.flags.contains(.tunnel) && !$0.isActivity } }

    /// Bytes of all records so far.
    var bytesSent: UInt64 { calls.reduce(0) { $0 + $1.call.bytesSent } }
    var bytesReceived: UInt64 { calls.reduce(0) { $0 + $1.call.bytesReceived } }
}

/// Runs `body` with a proxy and an origin, and stops both.
func withProxy(
    keys: ServiceKeys? = nil, lookup: @escaping Resolver.Lookup = Resolver.system,
    recording: CallShipperConfiguration = CallShipperConfiguration(),
    configuring change: (inout ProxyConfiguration) -> Void = { _ in },
    _ body: (RunningProxy, Origin) async throws -> Void
) async throws {
    let origin = try Origin()
    let proxy = try RunningProxy(keys: keys, lookup: lookup, recording: recording, configuring: change)
    do { try await body(proxy, origin) } catch {
        await proxy.stop()
        throw error
    }
    await proxy.stop()
}

/// A call with the operation that it names.
struct RecordedCall: Sendable {
    var call: Call
    var operation: VenusCore.Operation
    var service: String
}

/// A call log in memory that only takes entries.
private final class MemoryCallLog: CallLog {
    let shards = 1
    private let recorded = Mutex<[RecordedCall]>([])

    var calls: [RecordedCall] { recorded.withLock { $0 } }

    func append(_ entry: [EntryField], to shard: Int) async throws -> EntryID {
        let id = EntryID(milliseconds: 1, sequence: 1)
        switch BlockDecoder.decode(LogEntry(id: id, fields: entry)) {
        case .calls(let record):
            let rows = try record.rows().map {
                RecordedCall(
                    call: $0, operation: record.operations[$0.operation], service: record.header.producer.service)
            }
            recorded.withLock { $0 += rows }
        case .heartbeat: break
        case .newerVersion, .malformed: throw CallLogError(.protocolViolation, "not an entry of ours")
        }
        return id
    }

    func read(shard: Int, after cursor: EntryID, limit: Int, wait: Duration) async throws -> [LogEntry] { [] }
    func trim(shard: Int, through id: EntryID) async throws {}
    func extent(shard: Int) async throws -> ShardExtent { ShardExtent() }
    func count(shard: Int) async throws -> Int { 0 }
    func close() async {}
}
