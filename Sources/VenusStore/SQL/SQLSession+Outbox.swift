extension SQLSession {
    private static var columns: String {
        """
        id, name, kind, sealed, is_enabled, failure, failed_at, paused_until, delivered_at, lost, created_at, created_by,
        changed_at
        """
    }

    /// Messages that wait for one endpoint at most.
    private static var maximumWaiting: Int { 10_000 }

    // MARK: Endpoints

    func addWebhook(_ webhook: Webhook) throws -> Bool {
        try execute(
            """
            INSERT INTO webhooks (\(Self.columns)) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
            WHERE (SELECT count(*) FROM webhooks) < \(Webhook.maximumCount)
            ON CONFLICT (id) DO NOTHING
            """, webhook.values) == 1
    }

    func webhooks() throws -> [Webhook] {
        try query("SELECT \(Self.columns) FROM webhooks ORDER BY name, id LIMIT \(Webhook.maximumCount)")
            .map { try Webhook($0) }
    }

    func webhook(id: String, lock: String = "") throws -> Webhook? {
        try query("SELECT \(Self.columns) FROM webhooks WHERE id = $1 \(lock)", [.text(StoredName.fit(id))]).first
            .map { try Webhook($0) }
    }

    func changeWebhook(
        id: String, name: String?, sealed: [UInt8]?, isEnabled: Bool?, at now: Int64
    ) throws -> Webhook? {
        guard var webhook = try webhook(id: id, lock: dialect.forUpdate) else { return nil }
        webhook.name = name ?? webhook.name
        webhook.sealed = sealed ?? webhook.sealed
        webhook.isEnabled = isEnabled ?? webhook.isEnabled
        if isEnabled == true {
            webhook.failure = ""
            webhook.failedAt = 0
            webhook.pausedUntil = 0
        }
        webhook.changedAt = now
        try execute(
            """
            UPDATE webhooks SET name = $2, sealed = $3, is_enabled = $4, failure = $5, failed_at = $6, paused_until = $7,
                changed_at = $8
            WHERE id = $1
            """,
            [
                .text(webhook.id), .text(StoredName.fit(webhook.name)), .bytes(webhook.sealed),
                .boolean(webhook.isEnabled), .text(webhook.failure), .second(webhook.failedAt),
                .second(webhook.pausedUntil), .second(webhook.changedAt),
            ])
        if isEnabled == false {
            try execute("DELETE FROM outbox WHERE webhook = $1 AND is_over = $2", [.text(id), .boolean(false)])
        }
        return webhook
    }

    func removeWebhook(id: String) throws -> Bool {
        let id = SQLValue.text(StoredName.fit(id))
        try execute("DELETE FROM outbox WHERE webhook = $1", [id])
        return try execute("DELETE FROM webhooks WHERE id = $1", [id]) > 0
    }

    // MARK: Delivery

    /// A message, and its way to each endpoint that is enabled and has room.
    func write(_ notice: NoticeRecord, delivery: String) throws {
        let at = SQLValue.second(SQLValue.clamp(second: notice.at))
        let (id, fault) = (SQLValue.text(StoredName.fit(notice.id)), SQLValue.text(StoredName.fit(notice.fault)))
        let added = try execute(
            """
            INSERT INTO alert_notices (id, fault, at, content) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING
            """, [id, fault, at, .text(notice.content)])
        guard added == 1 else { return }
        let room =
            "(SELECT count(*) FROM outbox WHERE outbox.webhook = webhooks.id AND NOT is_over) < \(Self.maximumWaiting)"
        try execute(
            "UPDATE webhooks SET lost = lost + 1 WHERE is_enabled = $1 AND NOT (\(room))", [.boolean(true)])
        for webhook in try query(
            "SELECT id FROM webhooks WHERE is_enabled = $1 AND \(room) ORDER BY id \(dialect.forShare)",
            [.boolean(true)])
        {
            try execute(
                """
                INSERT INTO outbox (webhook, notice, fault, since, state, is_over, ended_at)
                VALUES ($1, $2, $3, $4, $5, $6, \(dialect.epoch)) ON CONFLICT (webhook, notice) DO NOTHING
                """,
                [
                    .text(try webhook.text(0)), id, fault, at, .text(delivery), .boolean(false),
                ])
        }
    }

    func outbox(limit: Int) throws -> [OutboxEntry] {
        var entries: [OutboxEntry] = []
        for webhook in try webhooks() {
            entries += try query(
                """
                SELECT number, webhook, notice, fault, since, state, is_over FROM outbox
                WHERE is_over = $1 AND webhook = $2 ORDER BY number LIMIT $3
                """, [.boolean(false), .text(webhook.id), .count(limit)]
            ).map { row in
                OutboxEntry(
                    number: try row.integer(0), webhook: try row.text(1), notice: try row.text(2),
                    fault: try row.text(3), since: try row.second(4), state: try row.text(5),
                    isOver: try row.boolean(6))
            }
        }
        return entries
    }

    func waitingMessages() throws -> [String: Int] {
        var waiting: [String: Int] = [:]
        try run(
            "SELECT webhook, count(*) FROM outbox WHERE is_over = $1 GROUP BY webhook", [.boolean(false)]
        ) { row in waiting[try row.text(0)] = try row.int(1) }
        return waiting
    }

    func notice(id: String) throws -> String? {
        try query("SELECT content FROM alert_notices WHERE id = $1", [.text(StoredName.fit(id))]).first?.text(0)
    }

    func commit(_ commit: DeliveryCommit, under lease: Lease) throws {
        try requireLease(lease)
        let at = SQLValue.second(SQLValue.clamp(second: commit.at))
        for entry in commit.entries {
            // One that is gone, or over already, stays so: somebody has disabled or removed the endpoint.
            try execute(
                "UPDATE outbox SET state = $2, is_over = $3, ended_at = $4 WHERE number = $1 AND is_over = $5",
                [.integer(entry.number), .text(entry.state), .boolean(entry.isOver), at, .boolean(false)])
        }
        try execute(
            "UPDATE webhooks SET paused_until = $2, delivered_at = $3 WHERE id = $1",
            [
                .text(commit.webhook), .second(SQLValue.clamp(second: commit.pausedUntil)),
                .second(SQLValue.clamp(second: commit.deliveredAt)),
            ])
        if let failure = commit.failure {
            try execute(
                "UPDATE webhooks SET is_enabled = $2, failure = $3, failed_at = $4 WHERE id = $1",
                [.text(commit.webhook), .boolean(false), .text(StoredName.fit(failure)), at])
            try execute(
                "DELETE FROM outbox WHERE webhook = $1 AND is_over = $2", [.text(commit.webhook), .boolean(false)])
        }
    }
}

extension Webhook {
    fileprivate var values: [SQLValue] {
        [
            .text(id), .text(StoredName.fit(name)), .text(kind), .bytes(sealed), .boolean(isEnabled), .text(failure),
            .second(failedAt), .second(pausedUntil), .second(deliveredAt), .integer(lost), .second(createdAt),
            .text(StoredName.fit(createdBy)), .second(changedAt),
        ]
    }

    fileprivate init(_ row: SQLRow) throws {
        self.init(
            id: try row.text(0), name: try row.text(1), kind: try row.text(2), sealed: try row.bytes(3),
            createdAt: try row.second(10), createdBy: try row.text(11))
        isEnabled = try row.boolean(4)
        failure = try row.text(5)
        failedAt = try row.second(6)
        pausedUntil = try row.second(7)
        deliveredAt = try row.second(8)
        lost = try row.integer(9)
        changedAt = try row.second(12)
    }
}
