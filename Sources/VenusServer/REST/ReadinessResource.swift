import HTTPTypes
import Hummingbird
import Synchronization
import VenusStore

/// `GET /readyz`: 200 where the server can answer people, 503 where it cannot: the store does not answer, or the
/// server is stopping.
///
/// A live feed that is silent does not make it unready: history and the last live picture are served still, and a
/// balancer that took the server away would take the dashboard away from those who look for the reason. It is told.
final class ReadinessResource: Sendable {
    static let path = "/readyz"
    /// The feed comes each second; milliseconds after which it counts as stale.
    private static let freshness: Int64 = 10_000
    /// The store is asked at most once in so many milliseconds, however often we are.
    private static let trust: Int64 = 1_000

    private struct Checked {
        var at: Int64
        var isReachable: Bool
    }

    private struct Output: Encodable {
        struct Checks: Encodable {
            var store: String
            var feed: String
            var transport: String
            /// Absent where no bucket is read.
            var bucket: String?
        }
        var status: String
        var checks: Checks
    }

    private let store: any Store
    private let live: LiveState
    private let reach: Reach
    private let bucket: (@Sendable () async -> String)?
    private let now: @Sendable () -> Int64
    private let checked = Mutex<Checked?>(nil)
    private let isStopping = Mutex(false)

    /// - Parameter bucket: how it stands with the bucket that hosts' readings come through.
    init(
        store: any Store, live: LiveState, reach: Reach, bucket: (@Sendable () async -> String)? = nil,
        now: @escaping @Sendable () -> Int64
    ) {
        self.bucket = bucket
        self.store = store
        self.live = live
        self.reach = reach
        self.now = now
    }

    var route: Route { Route(.get, Self.path, entry: .open, handle: respond) }

    func stop() { isStopping.withLock { $0 = true } }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let isReachable = await isStoreReachable()
        let isStopping = isStopping.withLock { $0 }
        let isReady = isReachable && !isStopping
        let feed = live.newestFrameAt.map { now() - $0 < Self.freshness ? "fresh" : "stale" } ?? "absent"
        let output = Output(
            status: isStopping ? "stopping" : isReady ? "ready" : "unready",
            checks: .init(
                store: isReachable ? "ok" : "unavailable", feed: feed, transport: reach.rawValue,
                bucket: await bucket?()))
        var response = Response.json(try JSONOutput.encode(output))
        if !isReady { response.status = .serviceUnavailable }
        return response
    }

    private func isStoreReachable() async -> Bool {
        let now = now()
        if let checked = checked.withLock({ $0 }), now - checked.at < Self.trust { return checked.isReachable }
        let isReachable = (try? await store.ping()) != nil
        checked.withLock { $0 = Checked(at: now, isReachable: isReachable) }
        return isReachable
    }
}
