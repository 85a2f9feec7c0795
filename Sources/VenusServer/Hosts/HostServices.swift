import VenusCore
import VenusStore

/// Which services' proxies run on which host.
struct HostServices: Sendable, Hashable {
    struct Item: Sendable, Hashable, Comparable {
        var environment: String
        var service: String

        static func < (one: Item, other: Item) -> Bool {
            (one.environment, one.service) < (other.environment, other.service)
        }
    }

    private var instances: [String: [Item: Int]] = [:]

    init() {}

    /// - Parameter isAlive: whether a proxy may be forwarding calls.
    init(_ proxies: [KnownProxy], isAlive: (KnownProxy) -> Bool) {
        for proxy in proxies where isAlive(proxy) {
            let producer = proxy.mark.producer
            let item = Item(environment: producer.environment, service: producer.service)
            instances[producer.host, default: [:]][item, default: 0] += 1
        }
    }

    /// In order, each with how many proxies run for it.
    func on(_ host: String) -> [(item: Item, proxies: Int)] {
        instances[host, default: [:]].sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
