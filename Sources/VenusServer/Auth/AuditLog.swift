import Synchronization
package import VenusStore

/// Writes down what happens to who gets in: in the store, for those who ask later, and in the server's log.
package final class AuditLog: Sendable {
    /// Milliseconds between two entries of what comes often.
    package static let interval: Int64 = 60_000
    /// Entries of what comes often, of all addresses in an ``interval``.
    package static let maximumOften = 256

    private struct Kind: Hashable {
        var event: AuditEntry.Event
        var address: String
        var detail: String
    }

    private let store: any SignInStore
    private let now: @Sendable () -> Int64
    private let often = Mutex<[Kind: Int64]>([:])

    /// - Parameter now: milliseconds since the epoch.
    package init(store: any SignInStore, now: @escaping @Sendable () -> Int64) {
        self.store = store
        self.now = now
    }

    package func note(
        _ event: AuditEntry.Event, actor: String, subject: String = "", address: String, detail: String = ""
    ) async throws {
        try await store.addAudit(
            AuditEntry(at: now(), event: event, actor: actor, subject: subject, address: address, detail: detail))
    }

    /// The same of what a stranger brings about at no cost: of one event and detail once a minute from an address, at
    /// this server.
    package func noteOften(
        _ event: AuditEntry.Event, actor: String, address: String, detail: String
    ) async throws {
        let kind = Kind(event: event, address: AddressRange.network(of: address), detail: detail)
        let now = now()
        let isNew = often.withLock { often in
            if let last = often[kind], now - last < Self.interval { return false }
            if often.count >= Self.maximumOften { often = often.filter { now - $0.value < Self.interval } }
            guard often.count < Self.maximumOften else { return false }
            often[kind] = now
            return true
        }
        if isNew { try await note(event, actor: actor, address: address, detail: detail) }
    }
}
