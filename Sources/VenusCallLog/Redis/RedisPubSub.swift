import Synchronization

/// Messages between processes through Redis: who does not listen when one is published never gets it.
public final class RedisPubSub: Sendable {
    /// How long Redis may take for a command.
    static let commandTimeout: Duration = .seconds(5)
    /// How often a subscription asks whether Redis is still there.
    static let pingInterval: Duration = .seconds(5)

    private let url: RedisURL
    private let publisher: RedisClient
    private let subscriptions = Mutex<Subscriptions>(Subscriptions())

    private struct Subscriptions {
        var isClosed = false
        var next = 0
        var tasks: [Int: Task<Void, Never>] = [:]
    }

    /// - Parameter url: as that of ``RedisCallLog``. The nodes of a cluster pass messages on to each other, so that any
    ///   of them will do.
    ///
    /// Throws ``CallLogError`` for a URL that cannot be used; connects later.
    public init(url: String) throws {
        self.url = try RedisURL(url)
        publisher = RedisClient(url: self.url)
    }

    /// Gives the payload to all who listen now. Throws ``CallLogError``.
    public func publish(_ payload: [UInt8], to channel: String) async throws {
        _ = try await publisher.send(
            [Array("PUBLISH".utf8), Array(channel.utf8), payload], timeout: Self.commandTimeout)
    }

    /// The messages of a channel from now on. A listener that lags gets the newest `most` messages: older ones are
    /// skipped. After a broken connection it goes on with what is published then. Ends with ``close()``.
    public func messages(on channel: String, keepingNewest most: Int = 16) -> AsyncStream<[UInt8]> {
        AsyncStream([UInt8].self, bufferingPolicy: .bufferingNewest(most)) { continuation in
            let number = subscriptions.withLock { subscriptions -> Int? in
                guard !subscriptions.isClosed else { return nil }
                subscriptions.next += 1
                let number = subscriptions.next
                subscriptions.tasks[number] = Task { [url] in
                    await Self.listen(url, channel) { continuation.yield($0) }
                    continuation.finish()
                }
                return number
            }
            guard let number else { return continuation.finish() }
            continuation.onTermination = { [weak self] _ in
                self?.subscriptions.withLock { $0.tasks.removeValue(forKey: number) }?.cancel()
            }
        }
    }

    /// Ends all subscriptions.
    public func close() async {
        let tasks = subscriptions.withLock { subscriptions in
            subscriptions.isClosed = true
            return Array(subscriptions.tasks.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        await publisher.close()
    }

    /// Until the task is cancelled.
    private static func listen(
        _ url: RedisURL, _ channel: String, _ onMessage: @escaping @Sendable ([UInt8]) -> Void
    ) async {
        // A client of its own: it brings the waits between tries.
        let client = RedisClient(url: url)
        while !Task.isCancelled {
            guard let connection = try? await client.connection() else { continue }
            await connection.subscribe(to: channel, pingInterval: pingInterval, onMessage)
            try? await ContinuousClock().sleep(for: .milliseconds(Int64.random(in: 50..<150)))
        }
        await client.close()
    }
}
