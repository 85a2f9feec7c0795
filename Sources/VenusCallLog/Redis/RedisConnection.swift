import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A connection to Redis after its setup. When it breaks it stays broken: ``RedisClient`` makes a new one.
final class RedisConnection: Sendable {
    /// How long connecting and the setup may take together.
    static let connectTimeout: TimeAmount = .seconds(3)

    private let channel: any Channel
    private let handler: NIOLoopBound<RedisChannelHandler>
    private let lastID = Atomic<UInt64>(0)

    private init(channel: any Channel, handler: NIOLoopBound<RedisChannelHandler>) {
        self.channel = channel
        self.handler = handler
    }

    /// Connects and sets up, as the URL says. Throws ``CallLogError``.
    static func connect(
        to address: RedisAddress, as url: RedisURL, tls: RedisTLS?, on eventLoops: any EventLoopGroup
    ) async throws -> RedisConnection {
        let connection: (RedisConnection, EventLoopFuture<Void>)
        do {
            connection = try await ClientBootstrap(group: eventLoops)
                .connectTimeout(connectTimeout)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .connect(host: address.host, port: address.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let ready = channel.eventLoop.makePromise(of: Void.self)
                        let handler = RedisChannelHandler(url: url, address: address, tls: tls, ready: ready)
                        if let tls {
                            try channel.pipeline.syncOperations.addHandler(tls.handler(to: address))
                        }
                        try channel.pipeline.syncOperations.addHandler(handler)
                        let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
                        let timeout = channel.eventLoop.scheduleTask(in: connectTimeout) {
                            bound.value.setupTakesTooLong()
                        }
                        ready.futureResult.whenComplete { _ in timeout.cancel() }
                        return (RedisConnection(channel: channel, handler: bound), ready.futureResult)
                    }
                }
        } catch {
            throw CallLogError(.unavailable, "cannot connect to Redis at \(address): \(reason(error))")
        }
        try await connection.1.get()
        return connection.0
    }

    /// Why there is no connection, as the system says it; of several addresses, why there is none to the first.
    private static func reason(_ error: any Error) -> String {
        let addresses = (error as? NIOConnectionError)?.connectionErrors
        if addresses?.isEmpty == true { return "its name cannot be resolved" }
        let error = addresses?.first?.error ?? error
        return (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
    }

    var isActive: Bool { channel.isActive }

    /// Sends a command and waits for its reply; an error reply is thrown.
    ///
    /// - Parameter isAsking: the slot of the command's key is on its way to this node.
    /// - Throws: ``CallLogError``; ``RedisRedirection`` where another node has the key; `CancellationError` as soon as
    ///   the task is cancelled, though the command may be done.
    func send(_ command: [[UInt8]], isAsking: Bool, timeout: Duration) async throws -> RedisReply {
        let id = lastID.wrappingAdd(1, ordering: .relaxed).newValue
        let cancellation = Cancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                channel.eventLoop.execute {
                    if cancellation.isCancelled { return continuation.resume(throwing: CancellationError()) }
                    self.handler.value.submit(
                        id, command, isAsking: isAsking, timeout: TimeAmount(timeout), continuation)
                }
            }
        } onCancel: {
            cancellation.cancel()
            channel.eventLoop.execute { self.handler.value.cancel(id) }
        }
    }

    /// Whether a command was cancelled, also where that came before it reached the event loop.
    private final class Cancellation: Sendable {
        private let flag = Atomic(false)
        var isCancelled: Bool { flag.load(ordering: .acquiring) }
        func cancel() { flag.store(true, ordering: .releasing) }
    }

    func close() { channel.close(promise: nil) }
}
