import Hummingbird
import VenusCore
import VenusStore

/// `GET /api/v1/policy`: the egress policies that the running proxies go by, and what came of them.
struct PolicyResource: Sendable {
    let store: any Store
    let live: LiveState
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    var route: Route { Route(.get, "/api/v1/policy", entry: .reading, handle: respond) }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        let parameters = try request.parameters(["environment", "host", "service"])
        let now = now()
        let items = try await store.proxies(limit: ProxiesResource.maximumProxies).lazy.filter { proxy in
            let producer = proxy.mark.producer
            return live.liveness(of: proxy, now: now).isAlive
                && parameters["environment"].map { $0 == producer.environment } ?? true
                && parameters["host"].map { $0 == producer.host } ?? true
                && parameters["service"].map { $0 == producer.service } ?? true
        }.compactMap(Item.init).prefix(ProxiesResource.maximumItems)
        return request.answer(try JSONOutput.encode(Output(items: Array(items))))
    }

    private struct Output: Encodable {
        var items: [Item]
    }

    private struct Item: Encodable {
        var producer: String
        var environment: String
        var service: String
        var instance: String
        /// The machine's name.
        var host: String
        /// `none` where there is no policy but what is built in.
        var mode: String
        /// Of the file that the policy was read from: proxies with the same have the same policy.
        var digest: String?
        var rules: Int
        var since: String
        /// Calls since the start of the proxy.
        var denied: UInt64
        var would_be_denied: UInt64
        /// What is wrong with the file as it is now, while the policy from before holds on.
        var fault: Fault?

        init?(_ proxy: KnownProxy) {
            guard let policy = proxy.state?.report.policy else { return nil }
            let mark = proxy.mark
            producer = mark.producer.id
            environment = mark.producer.environment
            service = mark.producer.service
            instance = mark.producer.instance
            host = mark.producer.host
            mode = policy.mode.rawValue
            digest = policy.digest.isEmpty ? nil : policy.digest
            rules = policy.rules
            since = Timestamp.text(milliseconds: policy.since)
            denied = policy.denied
            would_be_denied = policy.wouldBeDenied
            fault = policy.fault.map {
                Fault(reason: $0.reason, since: Timestamp.text(milliseconds: $0.since))
            }
        }
    }

    private struct Fault: Encodable {
        var reason: String
        var since: String
    }
}
