extension SQLSession {
    /// The row of a lease is never removed, so that its epoch only rises.
    func acquireLease(_ name: String, owner: String, duration: Duration) throws -> Lease? {
        let rows = try query(
            """
            INSERT INTO leases AS held (name, owner, epoch, expires_at)
            VALUES ($1, $2, 1, \(dialect.now(plusMilliseconds: "$3")))
            ON CONFLICT (name) DO UPDATE SET
                owner = excluded.owner,
                epoch = CASE WHEN held.owner = excluded.owner AND held.expires_at > \(dialect.now)
                    THEN held.epoch ELSE held.epoch + 1 END,
                expires_at = excluded.expires_at
            WHERE held.owner = excluded.owner OR held.expires_at <= \(dialect.now)
            RETURNING epoch
            """,
            [.text(name), .text(owner), .integer(duration.wholeMilliseconds)])
        return try rows.first.map { Lease(name: name, owner: owner, epoch: try $0.integer(0)) }
    }

    func releaseLease(_ lease: Lease) throws {
        try execute(
            "UPDATE leases SET expires_at = $4 WHERE name = $1 AND owner = $2 AND epoch = $3",
            [.text(lease.name), .text(lease.owner), .integer(lease.epoch), .millisecond(0)])
    }

    /// The first statement of everything that is written under a lease: it fails where the lease is no longer ours, and
    /// otherwise locks its row, so that nobody takes the lease before this transaction has ended.
    func requireLease(_ lease: Lease) throws {
        let changed = try execute(
            """
            UPDATE leases SET expires_at = expires_at
            WHERE name = $1 AND owner = $2 AND epoch = $3 AND expires_at > \(dialect.now)
            """,
            [.text(lease.name), .text(lease.owner), .integer(lease.epoch)])
        guard changed == 1 else {
            throw StoreError(.fenced, "the lease \(lease.name) of epoch \(lease.epoch) is no longer ours")
        }
    }
}

extension Duration {
    /// Rounded down.
    var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
