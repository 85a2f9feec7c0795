import Hummingbird
import VenusCore
import VenusStore

/// `GET /api/v1/proxies`: the runs of the proxies, one for each service that called through it, last heard of first.
struct ProxiesResource: Sendable {
    /// Items in one answer at most.
    static let maximumItems = 1_000
    /// Of so many that were heard of last, those that are asked for are picked.
    static let maximumProxies = 10_000

    let store: any Store
    let live: LiveState
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    var route: Route { Route(.get, "/api/v1/proxies", entry: .reading, handle: respond) }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(["environment", "host", "service", "state"])
        let state = try parameters.value(
            "state", allowed: ProxyLiveness.allCases.map(\.rawValue), parse: ProxyLiveness.init(rawValue:))
        let now = now()
        let known = try await store.proxies(limit: Self.maximumProxies)
        let wanted = known.lazy.filter { proxy in
            let producer = proxy.mark.producer
            return parameters["environment"].map { $0 == producer.environment } ?? true
                && parameters["host"].map { $0 == producer.host } ?? true
                && parameters["service"].map { $0 == producer.service } ?? true
                && state.map { $0 == live.liveness(of: proxy, now: now) } ?? true
        }
        let shown = Array(wanted.prefix(Self.maximumItems + 1))
        return request.answer(
            try JSONOutput.encode(
                Output(
                    is_complete: shown.count <= Self.maximumItems && known.count < Self.maximumProxies,
                    items: shown.prefix(Self.maximumItems).map {
                        Item($0, live.liveness(of: $0, now: now), now: now)
                    })))
    }

    private struct Output: Encodable {
        /// Whether there are no more of them.
        var is_complete: Bool
        var items: [Item]
    }

    private struct Item: Encodable {
        var producer: String
        var environment: String
        var service: String
        var instance: String
        /// The machine's name.
        var host: String
        var version: String
        var state: String
        var started_at: String?
        var last_seen_at: String
        /// Since its last word; of one that has ended, 0.
        var silent_ms: Int64
        var calls: Calls
        /// How many clients it passes through for the sake of their certificates.
        var pins: Int
        /// The addresses of its service, as dependencies are named.
        var announced: [String]
        /// How far its clock is ahead of the call log's; negative where it is behind.
        var clock_skew_ms: Int64

        init(_ proxy: KnownProxy, _ state: ProxyLiveness, now: Int64) {
            let mark = proxy.mark
            producer = mark.producer.id
            environment = mark.producer.environment
            service = mark.producer.service
            instance = mark.producer.instance
            host = mark.producer.host
            version = mark.version
            self.state = state.rawValue
            started_at = proxy.state?.report.startedAt.map { Timestamp.text(milliseconds: $0) }
            last_seen_at = Timestamp.text(milliseconds: mark.lastSeen)
            silent_ms = mark.hasEnded ? 0 : max(0, now - mark.lastSeen)
            calls = Calls(
                recorded: mark.highest, in_flight: state.isAlive ? mark.callsInFlight : 0, queued: mark.callsQueued,
                spooled: proxy.state?.callsSpooled ?? 0, dropped: mark.callsDropped,
                unknown: state == .endedUncleanly ? mark.callsInFlight : 0)
            pins = proxy.state?.report.pinCount ?? 0
            announced = mark.announced
            clock_skew_ms = mark.clockSkew
        }
    }

    private struct Calls: Encodable {
        /// Counted, or known to be lost.
        var recorded: UInt64
        var in_flight: Int
        /// Waiting in the proxy's memory, and on its disk.
        var queued: Int
        var spooled: Int
        /// Not kept, because too many waited: they are among the losses.
        var dropped: UInt64
        /// In flight when it ended without a word, or, where nobody closed it, when it was last heard of: nobody knows
        /// what became of them.
        var unknown: Int
    }
}
