/// Which entries of the audit log, newest first.
public struct AuditQuery: Sendable, Hashable {
    public var event: AuditEntry.Event?
    public var actor: String?
    public var since: Int64?
    /// Only entries with a lower id: the next page.
    public var before: Int64?
    public var limit: Int

    public init(
        event: AuditEntry.Event? = nil, actor: String? = nil, since: Int64? = nil, before: Int64? = nil, limit: Int
    ) {
        self.event = event
        self.actor = actor
        self.since = since
        self.before = before
        self.limit = limit
    }
}
