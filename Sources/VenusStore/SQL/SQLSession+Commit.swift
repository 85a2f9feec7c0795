import VenusCore

extension SQLSession {
    /// Fences first, then writes everything of the commit.
    func commit(_ commit: ShardCommit, under lease: Lease) throws {
        try requireLease(lease)
        try execute(
            """
            INSERT INTO shards (shard, cursor, open_since) VALUES ($1, $2, $3)
            ON CONFLICT (shard) DO UPDATE SET cursor = excluded.cursor, open_since = excluded.open_since
            """,
            [.count(commit.shard), .text(commit.cursor), .second(SQLValue.clamp(second: commit.openSince))])
        try write(commit.producers)
        try write(commit.proxies)
        try write(commit.losses)
        try write(commit.quarantined)
        if let checkpoint = commit.checkpoint, !checkpoint.cells.isEmpty {
            try execute(
                "INSERT INTO checkpoints (shard, taken_at, last_second, cells) VALUES ($1, $2, $3, $4)",
                [
                    .count(commit.shard), .second(SQLValue.clamp(second: checkpoint.takenAtSeconds)),
                    .second(SQLValue.clamp(second: checkpoint.cells.map(\.second).max() ?? 0)),
                    .bytes(checkpoint.encodedCells),
                ])
        }
        try write(closed: commit.closed, late: commit.late)
        try write(commit.shard, commit.routes)
    }

    private func write(_ producers: [ProducerMark]) throws {
        try runEach(
            """
            INSERT INTO producers (
                shard, producer, environment, service, instance, host, highest, last_seen, calls_in_flight,
                calls_queued, calls_dropped, version, has_ended, announced, announced_since, clock_skew_ms
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            ON CONFLICT (shard, producer) DO UPDATE SET
                environment = excluded.environment, service = excluded.service, instance = excluded.instance,
                host = excluded.host, highest = excluded.highest, last_seen = excluded.last_seen,
                calls_in_flight = excluded.calls_in_flight, calls_queued = excluded.calls_queued,
                calls_dropped = excluded.calls_dropped, version = excluded.version, has_ended = excluded.has_ended,
                announced = excluded.announced, announced_since = excluded.announced_since,
                clock_skew_ms = excluded.clock_skew_ms
            """,
            producers.map(\.values))
    }

    func write(_ losses: [Loss]) throws {
        try runEach(
            """
            INSERT INTO losses (producer, environment, service, first, count, at) VALUES ($1, $2, $3, $4, $5, $6)
            """,
            losses.map {
                [
                    .text(StoredName.fit($0.producer)), .text(StoredName.fit($0.environment)),
                    .text(StoredName.fit($0.service)), .count($0.first), .count($0.count),
                    .millisecond(SQLValue.clamp(millisecond: $0.at)),
                ]
            })
    }

    private func write(_ entries: [QuarantinedEntry]) throws {
        try runEach(
            "INSERT INTO quarantined_entries (shard, entry_id, reason, at) VALUES ($1, $2, $3, $4)",
            entries.map {
                [
                    .count($0.shard), .text(StoredName.fit($0.entryID)), .text(StoredName.fit($0.reason)),
                    .millisecond(SQLValue.clamp(millisecond: $0.at)),
                ]
            })
    }
}

extension ProducerMark {
    fileprivate var values: [SQLValue] {
        [
            .count(shard), .text(StoredName.fit(producer.id)), .text(StoredName.fit(producer.environment)),
            .text(StoredName.fit(producer.service)), .text(StoredName.fit(producer.instance)),
            .text(StoredName.fit(producer.host)), .count(highest),
            .millisecond(SQLValue.clamp(millisecond: lastSeen)), .count(callsInFlight), .count(callsQueued),
            .count(callsDropped), .text(StoredName.fit(version)), .boolean(hasEnded),
            .text(announced.map(StoredName.fit).filter { !$0.contains("\n") }.joined(separator: "\n")),
            .millisecond(SQLValue.clamp(millisecond: announcedSince)), .integer(clockSkew),
        ]
    }
}
