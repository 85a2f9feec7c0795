import NIOCore
import NIOPosix

/// The way to the server of Redis that has a key.
enum RedisRoute: Sendable {
    case single(RedisClient)
    case cluster(RedisCluster)

    /// - Parameters:
    ///   - tls: there where the URL asks for it.
    ///   - eventLoops: those of its connections.
    init(
        _ url: RedisURL, _ tls: RedisTLS?, on eventLoops: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self =
            url.isCluster
            ? .cluster(RedisCluster(url: url, tls: tls, on: eventLoops))
            : .single(RedisClient(url: url, tls: tls, on: eventLoops))
    }

    /// Sends a command about the key. Throws ``CallLogError``.
    func send(_ command: [[UInt8]], for key: [UInt8], timeout: Duration) async throws -> RedisReply {
        switch self {
        case .single(let client):
            do { return try await client.send(command, timeout: timeout) } catch is RedisRedirection {
                throw CallLogError(
                    .refused, "this Redis is a cluster; write redis+cluster:// (with TLS rediss+cluster://) in its URL")
            }
        case .cluster(let cluster): return try await cluster.send(command, for: key, timeout: timeout)
        }
    }

    func close() async {
        switch self {
        case .single(let client): await client.close()
        case .cluster(let cluster): await cluster.close()
        }
    }
}
