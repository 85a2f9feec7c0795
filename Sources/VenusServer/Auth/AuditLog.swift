package import VenusStore

/// Writes down what happens to who gets in: in the store, for those who ask later, and in the server's log.
package struct AuditLog: Sendable {
    private let store: any SignInStore
    private let now: @Sendable () -> Int64

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
}
