import VenusCore

extension SQLSession {
    func write(_ shard: Int, _ routes: [EdgeRoutes]) throws {
        try runEach(
            """
            INSERT INTO routes (shard, environment, service, dependency, routes, used_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (shard, environment, service, dependency) DO UPDATE SET
                routes = excluded.routes, used_at = excluded.used_at
            """,
            routes.map {
                [
                    .count(shard), .text(StoredName.fit($0.edge.environment)), .text(StoredName.fit($0.edge.service)),
                    .text(StoredName.fit($0.edge.dependency)), .bytes($0.routes),
                    .millisecond(SQLValue.clamp(millisecond: $0.usedAt)),
                ]
            })
    }

    /// Those that were used last, newest first.
    func routes(shard: Int) throws -> [EdgeRoutes] {
        try query(
            """
            SELECT environment, service, dependency, routes, used_at FROM routes WHERE shard = $1
            ORDER BY used_at DESC, environment, service, dependency LIMIT $2
            """,
            [.count(shard), .integer(StateRetention.maximumRoutes)]
        ).map {
            EdgeRoutes(
                edge: .edge(service: try $0.text(1), dependency: try $0.text(2), environment: try $0.text(0)),
                routes: try $0.bytes(3), usedAt: try $0.millisecond(4))
        }
    }

    /// Removes what was not used for long, and the oldest of too many.
    func removeOldRoutes(nowSeconds: Int64) throws {
        try execute(
            "DELETE FROM routes WHERE used_at < $1",
            [.millisecond(max(0, nowSeconds - StateRetention.routes) * 1_000)])
        try execute(
            """
            DELETE FROM routes WHERE used_at < (SELECT used_at FROM routes ORDER BY used_at DESC LIMIT 1 OFFSET $1)
            """,
            [.integer(StateRetention.maximumRoutes)])
    }
}
