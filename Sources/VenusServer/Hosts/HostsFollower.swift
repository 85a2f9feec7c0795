import VenusStore

/// Keeps a picture of the hosts up to date while somebody looks at it, and tells their agents that somebody does.
struct HostsFollower {
    /// Of so many hosts, each is watched while somebody looks at all; of more, only those that are looked at by name.
    static let maximumWatched = 20
    /// Milliseconds between two looks at all hosts; in between, those are read that were heard of.
    private static let wholeInterval: Int64 = 10_000
    private static let servicesInterval: Int64 = 5_000
    /// Milliseconds between two notes that somebody watches, and for how long each holds.
    private static let watchInterval: Int64 = 5_000
    private static let watchTime: Int64 = 15_000
    /// Milliseconds by which a transaction may be seen after a later one.
    private static let overlap: Int64 = 5_000

    let store: any SignInStore
    let live: LiveState
    private var hosts: [String: KnownHost] = [:]
    private var services = HostServices()
    private var wholeAt: Int64?
    private var servicesAt: Int64 = 0
    private var watchedAt: Int64 = 0
    private var watched: Set<String?> = []

    init(store: any SignInStore, live: LiveState) {
        self.store = store
        self.live = live
    }

    /// Nobody looks any more.
    mutating func forget() {
        guard wholeAt != nil else { return }
        self = HostsFollower(store: store, live: live)
    }

    /// - Parameters:
    ///   - watched: names that are looked at; `nil` among them stands for all.
    ///   - now: milliseconds since the epoch.
    mutating func picture(watched: Set<String?>, now: Int64) async throws -> HostsPicture {
        if let wholeAt, now - wholeAt < Self.wholeInterval {
            let newest = hosts.values.map(\.lastSeen).max() ?? 0
            for host in try await store.hosts(heardSince: newest - Self.overlap) { hosts[host.name] = host }
        } else {
            let all = try await store.hosts(heardSince: 0)
            hosts = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
            wholeAt = now
        }
        if now - servicesAt >= Self.servicesInterval {
            services = try await HostsResource.services(store, live, now: now)
            servicesAt = now
        }
        if now - watchedAt >= Self.watchInterval || watched != self.watched {
            var names = Set(watched.compactMap { $0 })
            if watched.contains(nil), hosts.count <= Self.maximumWatched { names.formUnion(hosts.keys) }
            try await store.watchHosts(names.filter { hosts[$0] != nil }, until: now + Self.watchTime)
            watchedAt = now
            self.watched = watched
        }
        return HostsPicture(at: now, hosts: hosts.values.sorted { $0.name < $1.name }, services: services)
    }
}
