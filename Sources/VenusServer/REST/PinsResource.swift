import Hummingbird
import VenusCore
import VenusStore

/// `GET /api/v1/pins`: the clients that intercepting proxies pass through, by host: those of this machine's data
/// directory, and those that running proxies tell of in their heartbeats.
struct PinsResource: Sendable {
    let store: any Store
    let live: LiveState
    /// Of the data directory.
    let pins: @Sendable () throws -> [ListedPin]
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    var route: Route { Route(.get, "/api/v1/pins", entry: .reading, handle: respond) }

    @Sendable private func respond(_ request: APIRequest) async throws -> Response {
        _ = try request.parameters([])
        let now = now()
        var known: [Key: Item] = [:]
        var isComplete = true
        for pin in try pins() { Self.add(pin.host, pin.client, pin.learned, pin.expires, nil, to: &known) }
        for proxy in try await store.proxies(limit: ProxiesResource.maximumProxies)
        where live.liveness(of: proxy, now: now).isAlive {
            guard let report = proxy.state?.report else { continue }
            if report.pinCount > report.pins.count { isComplete = false }
            for pin in report.pins where pin.expires > now / 1_000 {
                Self.add(pin.host, pin.client, pin.learned, pin.expires, proxy.mark.producer.host, to: &known)
            }
        }
        let sorted = known.sorted { ($0.key.host, $0.key.client) < ($1.key.host, $1.key.client) }
        return request.answer(try JSONOutput.encode(Output(is_complete: isComplete, items: sorted.map(\.value))))
    }

    private struct Key: Hashable {
        var host: String
        var client: String
    }

    /// The same pin of several proxies is one item, with the times of the one that lasts longest.
    private static func add(
        _ host: String, _ client: String, _ learned: Int64, _ expires: Int64, _ machine: String?,
        to known: inout [Key: Item]
    ) {
        let key = Key(host: host, client: client)
        var item = Item(host: host, client: client, learned: learned, expires: expires)
        if let other = known[key] {
            if other.expires_at > item.expires_at { item = other }
            item.proxies = other.proxies
        }
        if let machine, !item.proxies.contains(machine) { item.proxies = (item.proxies + [machine]).sorted() }
        known[key] = item
    }

    private struct Output: Encodable {
        /// Whether no proxy has more pins than a heartbeat tells.
        var is_complete: Bool
        var items: [Item]
    }

    private struct Item: Encodable {
        var host: String
        var client: String
        var learned_at: String
        var expires_at: String
        /// The machines of the running proxies that told of it.
        var proxies: [String] = []

        init(host: String, client: String, learned: Int64, expires: Int64) {
            self.host = host
            self.client = client
            learned_at = Self.text(seconds: learned)
            expires_at = Self.text(seconds: expires)
        }

        /// Of any number that a file may hold.
        private static func text(seconds: Int64) -> String {
            Timestamp.text(seconds: min(max(seconds, 0), 253_402_300_799))
        }
    }
}
