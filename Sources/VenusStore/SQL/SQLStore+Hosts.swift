import VenusCore

extension SQLStore {
    public func addReadings(
        _ batch: ReadingsBatch, of host: String, keyID: String, now: Int64, heardAt: Int64
    ) async throws -> ReadingsReceipt? {
        try await write { try $0.addReadings(batch, of: host, keyID: keyID, now: now, heardAt: heardAt) }
    }

    public func hosts(withLatest: Bool) async throws -> [KnownHost] {
        try await read { try $0.hosts(withLatest: withLatest) }
    }

    public func hosts(heardSince since: Int64) async throws -> [KnownHost] {
        try await read { try $0.hosts(heardSince: since) }
    }

    public func host(named name: String) async throws -> KnownHost? { try await read { try $0.host(named: name) } }

    public func hostReadings(_ host: String, tier: Tier, from: Int64, to: Int64) async throws -> [HostBucket] {
        try await read { try $0.hostReadings(host, tier: tier, from: from, to: to) }
    }

    public func newestHostMinutes(_ host: String, from: Int64, limit: Int) async throws -> [HostBucket] {
        try await read { try $0.newestHostMinutes(host, from: from, limit: limit) }
    }

    public func countHostReadings(_ host: String, tier: Tier, from: Int64, to: Int64) async throws -> Int {
        try await read { try $0.countHostReadings(host, tier: tier, from: from, to: to) }
    }

    public func watchHosts(_ names: [String], until: Int64) async throws {
        try await write { try $0.watchHosts(names, until: until) }
    }

    public func watchedHosts(after now: Int64) async throws -> [String: Int64] {
        try await read { try $0.watchedHosts(after: now) }
    }

    public func removeHost(_ name: String) async throws -> Bool { try await write { try $0.removeHost(name) } }

    public func readingsPlaces(in bucket: String) async throws -> [String: String] {
        try await read { try $0.readingsPlaces(in: bucket) }
    }

    public func readingsBuckets() async throws -> [ReadingsBucket] { try await read { try $0.readingsBuckets() } }

    public func commit(
        _ bucket: ReadingsBucket, places: [String: String], now: Int64, under lease: Lease
    ) async throws {
        try await write {
            try $0.requireLease(lease)
            try $0.write(bucket, places: places, now: now)
        }
    }
}
