public import VenusCore

/// The hosts, and their readings in the tiers of the calls. Throws ``StoreError`` throughout.
///
/// A reading is added to its bucket of every tier in the transaction that notes its number, so it is in each of them once: there
/// is nothing to be made later, and no bucket is ever made anew.
public protocol HostStore: Store {
    /// Adds the readings whose numbers are new, and notes the rest of the batch. `nil` where there are
    /// ``KnownHost/maximumCount`` hosts, and this is another.
    ///
    /// - Parameter keyID: of the key that was shown.
    func addReadings(
        _ batch: ReadingsBatch, of host: String, keyID: String, now: Int64
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

    /// Notes that somebody looks at these hosts until then.
    func watchHosts(_ names: [String], until: Int64) async throws

    /// Forgets the host and its readings. An agent that still sends makes it known again.
    ///
    /// - Returns: whether there was one.
    func removeHost(_ name: String) async throws -> Bool
}
