public import VenusCore

/// The hosts, and their readings in the tiers of the calls. Throws ``StoreError`` throughout.
///
/// A reading is added to its bucket of every tier in the transaction that notes its number, so it is in each of them
/// once: there is nothing to be made later, and no bucket is ever made anew.
public protocol HostStore: Store {
    /// Adds the readings whose numbers are new, and notes the rest of the batch. `nil` where there are
    /// ``KnownHost/maximumCount`` hosts, and this is another.
    ///
    /// - Parameters:
    ///   - keyID: of the key that was shown.
    ///   - heardAt: when the agent sent it, `now` or before. Where it was heard of later already, how it is now stays.
    func addReadings(
        _ batch: ReadingsBatch, of host: String, keyID: String, now: Int64, heardAt: Int64
    ) async throws -> ReadingsReceipt?

    /// All of them, by name.
    ///
    /// - Parameter withLatest: whether to read ``KnownHost/latest`` as well.
    func hosts(withLatest: Bool) async throws -> [KnownHost]
    /// Those that were heard of at or after `since`, with ``KnownHost/latest``, by name.
    func hosts(heardSince since: Int64) async throws -> [KnownHost]
    func host(named name: String) async throws -> KnownHost?

    /// The host's buckets that start at or after `from` and before `to`, in seconds since the epoch, in order.
    func hostReadings(_ host: String, tier: Tier, from: Int64, to: Int64) async throws -> [HostBucket]

    /// The newest minutes that start at or after `from`, at most `limit`, in order.
    func newestHostMinutes(_ host: String, from: Int64, limit: Int) async throws -> [HostBucket]

    /// How many buckets the host has that start at or after `from` and before `to`.
    func countHostReadings(_ host: String, tier: Tier, from: Int64, to: Int64) async throws -> Int

    /// Notes that somebody looks at these hosts until then.
    func watchHosts(_ names: [String], until: Int64) async throws

    /// The hosts that somebody looks at for longer than until `now`: until when, by name, in milliseconds since the
    /// epoch.
    func watchedHosts(after now: Int64) async throws -> [String: Int64]

    /// Forgets the host and its readings. An agent that still sends makes it known again.
    ///
    /// - Returns: whether there was one.
    func removeHost(_ name: String) async throws -> Bool

    // MARK: Through a bucket

    /// Up to which of its names each host's folder of the bucket is read.
    func readingsPlaces(in bucket: String) async throws -> [String: String]
    /// How it stands with every bucket, by name.
    func readingsBuckets() async throws -> [ReadingsBucket]
    /// Writes how it stands with a bucket, and the places that have moved. Throws ``StoreError/Code/fenced`` where the
    /// lease is no longer ours.
    func commit(_ bucket: ReadingsBucket, places: [String: String], now: Int64, under lease: Lease) async throws
}

extension HostStore {
    /// Readings that come from the agent itself: it was heard of when they came.
    public func addReadings(
        _ batch: ReadingsBatch, of host: String, keyID: String, now: Int64
    ) async throws -> ReadingsReceipt? {
        try await addReadings(batch, of: host, keyID: keyID, now: now, heardAt: now)
    }
}
