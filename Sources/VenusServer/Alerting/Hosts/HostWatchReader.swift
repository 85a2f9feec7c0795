import VenusCore
import VenusStore

/// Reads from the store what rules on hosts are evaluated by, so that it does not matter to which server an agent
/// reports.
///
/// Hosts are looked at every few seconds, their minutes when they were heard of, a bounded number at a time: what is
/// not read yet is not judged.
struct HostWatchReader: Sendable {
    /// Milliseconds between two looks at all hosts, and at those that were heard of.
    private static let wholeInterval: Int64 = 15_000
    private static let newsInterval: Int64 = 3_000
    private static let servicesInterval: Int64 = 60_000
    /// Milliseconds by which a transaction may be seen after a later one.
    private static let overlap: Int64 = 5_000
    /// Hosts whose minutes are read in one step: all of ``KnownHost/maximumCount`` within a minute.
    private static let hostsAtOnce = 200
    private static let silentAtOnce = 50

    private let store: any SignInStore
    private let live: LiveState
    private(set) var watch = HostWatch()
    private var wholeAt: Int64?
    private var newsAt: Int64 = 0
    private var newest: Int64 = 0
    private var servicesAt: Int64?

    init(store: any SignInStore, live: LiveState) {
        self.store = store
        self.live = live
    }

    /// - Parameters:
    ///   - metrics: that are watched, each over its longest window.
    ///   - now: milliseconds since the epoch.
    mutating func refresh(_ metrics: [HostMetric: Window], at now: Int64) async throws {
        if watch.watch(metrics) { (newest, newsAt) = (0, 0) }
        if wholeAt.map({ now - $0 >= Self.wholeInterval || now < $0 }) ?? true {
            let all = try await store.hosts(withLatest: false)
            watch.keep(all)
            wholeAt = now
        }
        guard !watch.isEmpty else { return }
        if !metrics.isEmpty, now - newsAt >= Self.newsInterval || now < newsAt {
            for host in try await store.hosts(heardSince: newest - Self.overlap) {
                watch.note(host)
                newest = min(max(newest, host.lastSeen), now)
            }
            newsAt = now
            // Those that are heard of late, as through a bucket, or at a server whose clock is behind.
            for name in watch.withoutLatest(limit: Self.hostsAtOnce) {
                if let host = try await store.host(named: name) { watch.note(host) }
            }
        }
        for (name, from, seen) in watch.unread(limit: Self.hostsAtOnce) {
            let minutes = try await store.newestHostMinutes(name, from: from, limit: watch.minutesOfUse)
            watch.add(minutes, of: name, seen: seen)
        }
        for (name, lastSeen) in watch.unjudged(at: now, limit: Self.silentAtOnce) {
            let quarter = Tier.quarterHour.seconds
            let end = (lastSeen / 1_000 / quarter + 1) * quarter
            let count = try await store.countHostReadings(
                name, tier: .quarterHour, from: end - Int64(HostWatch.quarters) * quarter, to: end)
            watch.note(busyQuarters: count, of: name)
        }
        if servicesAt.map({ now - $0 >= Self.servicesInterval || now < $0 }) ?? true {
            watch.services = try await HostsResource.services(store, live, now: now)
            servicesAt = now
        }
    }
}
