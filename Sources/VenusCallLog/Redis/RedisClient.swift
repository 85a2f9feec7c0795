import NIOCore

/// Keeps one connection to Redis: connects when it is first needed, and again after it broke, with a growing wait
/// between tries that failed. Of several addresses it takes the first that is of use, beginning with the last one that
/// was.
actor RedisClient {
    private enum State {
        case idle
        case connecting
        case connected(RedisConnection)
        case closed
    }

    private typealias Waiter = CheckedContinuation<RedisConnection, any Error>

    private let url: RedisURL
    private let addresses: [RedisAddress]
    private let tls: RedisTLS?
    private let eventLoops: any EventLoopGroup
    /// Place of the address that is tried first.
    private var place = 0
    private var state = State.idle
    private var backoff = Backoff(first: .milliseconds(50), longest: .seconds(2))
    /// Not before then is the next try.
    private var nextTry: ContinuousClock.Instant?
    private var attempt: Task<Void, Never>?
    private var waiters: [Int: Waiter] = [:]
    private var lastWaiter = 0

    /// - Parameters:
    ///   - addresses: one at least; absent: those of the URL.
    ///   - tls: there where the URL asks for it.
    init(url: RedisURL, addresses: [RedisAddress]? = nil, tls: RedisTLS?, on eventLoops: any EventLoopGroup) {
        self.url = url
        self.eventLoops = eventLoops
        self.addresses = addresses ?? url.addresses
        self.tls = tls
    }

    /// Sends a command, connecting first where necessary. Nothing is ever sent twice.
    func send(_ command: [[UInt8]], isAsking: Bool = false, timeout: Duration) async throws -> RedisReply {
        try await connection().send(command, isAsking: isAsking, timeout: timeout)
    }

    /// A connection after its setup. Throws ``CallLogError`` when this try fails.
    func connection() async throws -> RedisConnection {
        switch state {
        case .connected(let connection) where connection.isActive: return connection
        case .closed: throw Self.closed
        case .idle, .connected:
            state = .connecting
            attempt = Task { await self.connect() }
        case .connecting: break
        }
        lastWaiter += 1
        let waiter = lastWaiter
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    waiters[waiter] = continuation
                }
            }
        } onCancel: {
            Task { await self.cancel(waiter) }
        }
    }

    func close() {
        if case .connected(let connection) = state { connection.close() }
        state = .closed
        attempt?.cancel()
        resumeAll(.failure(Self.closed))
    }

    private static let closed = CallLogError(.closed, "the call log was closed")

    private func connect() async {
        if let nextTry { try? await ContinuousClock().sleep(until: nextTry) }
        let result = await firstConnection()
        switch (state, result) {
        case (.closed, .success(let connection)): connection.close()
        case (.closed, .failure): break
        case (_, .success(let connection)):
            state = .connected(connection)
            backoff.succeeded()
            nextTry = nil
            resumeAll(result)
        case (_, .failure):
            state = .idle
            nextTry = .now + backoff.failed(random: Double.random(in: 0..<1))
            resumeAll(result)
        }
    }

    private func firstConnection() async -> Result<RedisConnection, any Error> {
        var lastError: any Error = Self.closed
        for step in 0..<addresses.count {
            let place = (self.place + step) % addresses.count
            do {
                let connection = try await RedisConnection.connect(
                    to: addresses[place], as: url, tls: tls, on: eventLoops)
                self.place = place
                return .success(connection)
            } catch { lastError = error }
            if Task.isCancelled { break }
        }
        return .failure(lastError)
    }

    private func cancel(_ waiter: Int) {
        waiters.removeValue(forKey: waiter)?.resume(throwing: CancellationError())
    }

    private func resumeAll(_ result: Result<RedisConnection, any Error>) {
        let waiters = waiters
        self.waiters = [:]
        for waiter in waiters.values { waiter.resume(with: result) }
    }
}
