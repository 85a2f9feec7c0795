import VenusCore
import VenusStore

/// Which services' proxies run on which host, and by how much their clock is off.
struct HostServices: Sendable, Hashable {
    struct Item: Sendable, Hashable, Comparable {
        var environment: String
        var service: String

        static func < (one: Item, other: Item) -> Bool {
            (one.environment, one.service) < (other.environment, other.service)
        }
    }

    struct Proxies: Sendable, Hashable {
        var count = 0
        /// Of the proxy whose clock is furthest off: see ``ProducerMark/clockSkew``. In whole steps of 100 ms, so that what
        /// is measured anew with each heartbeat is no news.
        var clockSkew: Int64 = 0

        mutating func add(_ skew: Int64) {
            count += 1
            if skew.magnitude >= clockSkew.magnitude { clockSkew = skew / 100 * 100 }
        }
    }

    private var instances: [String: [Item: Proxies]] = [:]

    init() {}

    /// - Parameter isAlive: whether a proxy may be forwarding calls.
    init(_ proxies: [KnownProxy], isAlive: (KnownProxy) -> Bool) {
        for proxy in proxies where isAlive(proxy) {
            let producer = proxy.mark.producer
            let item = Item(environment: producer.environment, service: producer.service)
            instances[producer.host, default: [:]][item, default: Proxies()].add(proxy.mark.clockSkew)
        }
    }

    /// In order, each with the proxies that run for it.
    func on(_ host: String) -> [(item: Item, proxies: Proxies)] {
        instances[host, default: [:]].sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
