import VenusCore

extension SQLSession {
    func shardState(_ shard: Int) throws -> ShardState {
        let rows = try query("SELECT cursor, open_since FROM shards WHERE shard = $1", [.count(shard)])
        guard let row = rows.first else { return ShardState() }
        return ShardState(
            cursor: try row.text(0), openSince: try row.second(1),
            producers: try query(
                "SELECT \(ProducerMark.columns) FROM producers WHERE shard = $1 ORDER BY producer", [.count(shard)]
            ).map { try ProducerMark($0) },
            routes: try routes(shard: shard))
    }

    func checkpoints(shard: Int, sinceSeconds: Int64) throws -> [Checkpoint] {
        var checkpoints: [Checkpoint] = []
        try run(
            "SELECT taken_at, cells FROM checkpoints WHERE shard = $1 AND taken_at >= $2 ORDER BY taken_at, id",
            [.count(shard), .second(SQLValue.clamp(second: sinceSeconds))]
        ) {
            checkpoints.append(try Checkpoint(takenAtSeconds: try $0.second(0), encodedCells: try $0.bytes(1)))
        }
        return checkpoints
    }

    func openCells() throws -> [OpenCells] {
        try analysedShards().map { shard, openSince in
            var cells: [Cell] = []
            try run(
                "SELECT taken_at, cells FROM checkpoints WHERE shard = $1 AND last_second >= $2 ORDER BY taken_at, id",
                [.count(shard), .second(openSince)]
            ) {
                let checkpoint = try Checkpoint(takenAtSeconds: try $0.second(0), encodedCells: try $0.bytes(1))
                cells += checkpoint.cells.filter { $0.second >= openSince }
            }
            return OpenCells(shard: shard, openSince: openSince, cells: cells)
        }
    }

    /// The series that are asked for in the minutes that are open, a cell for each minute.
    func openMinutes(_ wanted: RollupQuery, known: OpenMinutesCache) throws -> [OpenCells] {
        try analysedShards().map { shard, openSince in
            guard openSince < wanted.to else { return OpenCells(shard: shard, openSince: openSince, cells: []) }
            return try known.with(shard, openSince: openSince) { minutes in
                try update(&minutes, shard: shard, openSince: openSince)
                return OpenCells(
                    shard: shard, openSince: openSince, cells: minutes.cells(wanted),
                    seenUntil: max(openSince, minutes.seenUntil))
            }
        }
    }

    /// Reads what came to the open minutes since, where they are not too many to be kept.
    func readOpenMinutes(_ known: OpenMinutesCache) throws {
        for (shard, openSince) in try analysedShards() {
            try known.readAhead(shard, openSince: openSince) {
                try update(&$0, shard: shard, openSince: openSince)
            }
        }
    }

    /// Adds the checkpoints that came since. One shard's are written one after another, each with a higher id; where
    /// the last that is known is not there, all are read: they were removed meanwhile, and ids may begin anew.
    private func update(_ minutes: inout OpenMinutes, shard: Int, openSince: Int64) throws {
        if let newest = minutes.newest {
            let isThere = try query(
                "SELECT 1 FROM checkpoints WHERE id = $1 AND shard = $2 AND taken_at = $3",
                [.integer(newest.id), .count(shard), .second(newest.takenAt)])
            if isThere.isEmpty { minutes = OpenMinutes() }
        }
        minutes.forget(before: openSince)
        try run(
            """
            SELECT id, taken_at, cells FROM checkpoints WHERE shard = $1 AND last_second >= $2 AND id > $3 ORDER BY id
            """,
            [.count(shard), .second(openSince), .integer(minutes.newest?.id ?? 0)]
        ) {
            try minutes.add(
                id: try $0.integer(0), takenAt: try $0.second(1), encodedCells: try $0.bytes(2), openSince: openSince)
        }
    }

    /// The shards that are analysed, and since when their minutes are open.
    private func analysedShards() throws -> [(shard: Int, openSince: Int64)] {
        try query(
            "SELECT shard, open_since FROM shards WHERE cursor <> $1 ORDER BY shard", [.text(ImportedShard.cursor)]
        ).map { (try $0.int(0), try $0.second(1)) }
    }

    /// In no order: sorting rows with their histograms would take the database longer than reading them.
    func rollups(_ wanted: RollupQuery) throws -> [RollupRow] {
        let (condition, values) = condition(wanted)
        var rows: [RollupRow] = []
        try stream("SELECT \(RollupRow.columnList) FROM \(wanted.tier.table) WHERE \(condition)", values) {
            rows.append(try RollupRow(tier: wanted.tier, $0))
        }
        return rows
    }

    /// PostgreSQL notes with each row which transaction wrote it and where it lies: together they are no other row's, and
    /// never those of the same row before it was changed.
    private static var rowVersion: String { "hashtextextended(xmin::text || ctid::text, 0)" }

    /// The rows, in no order, and their version as ``version(_:unsettled:)`` tells it, in one reading.
    func versionedRollups(
        _ wanted: RollupQuery, unsettled: Set<Int64>
    ) throws -> (rows: [RollupRow], version: HistoryVersion?) {
        guard dialect == .postgres else { return (try rollups(wanted), nil) }
        let (condition, values) = condition(wanted)
        var rows: [RollupRow] = []
        var writes: Int128 = 0
        try stream(
            "SELECT \(RollupRow.columnList), \(Self.rowVersion) FROM \(wanted.tier.table) WHERE \(condition)", values
        ) {
            rows.append(try RollupRow(tier: wanted.tier, $0))
            writes += Int128(try $0.integer(RollupRow.columns.count))
        }
        return (rows, HistoryVersion(rows: Int64(rows.count), writes: String(writes), unsettled: unsettled))
    }

    /// Which rows are there, without reading what they hold; `nil` where the database does not tell.
    func version(_ wanted: RollupQuery, unsettled: Set<Int64>) throws -> HistoryVersion? {
        guard dialect == .postgres else { return nil }
        let (condition, values) = condition(wanted)
        let found = try query(
            """
            SELECT count(*), coalesce(sum(\(Self.rowVersion)), 0)::text FROM \(wanted.tier.table) WHERE \(condition)
            """,
            values)
        return try found.first.map {
            HistoryVersion(rows: try $0.integer(0), writes: try $0.text(1), unsettled: unsettled)
        }
    }

    private func condition(_ wanted: RollupQuery) -> (text: String, values: [SQLValue]) {
        // What is past its retention is gone, whether or not it has been removed yet.
        let keptSince = "(SELECT kept_since FROM rollup_horizons WHERE tier_seconds = \(wanted.tier.seconds))"
        var conditions = ["bucket >= $1", "bucket < $2", "level = $3", "bucket >= \(keptSince)"]
        var values: [SQLValue] = [
            .second(SQLValue.clamp(second: wanted.from)), .second(SQLValue.clamp(second: wanted.to)),
            .text(wanted.level.name),
        ]
        let names = [
            ("environment", wanted.environment), ("service", wanted.service), ("dependency", wanted.dependency),
            ("operation", wanted.operation),
        ]
        for (column, name) in names {
            // A name that the level does not have is stored empty: said so, the index is of full use.
            guard let name = name.map(StoredName.fit) ?? (wanted.level.has(column) ? nil : "") else { continue }
            values.append(.text(name))
            conditions.append("\(column) = $\(values.count)")
        }
        return (conditions.joined(separator: " AND "), values)
    }

    func producers(limit: Int) throws -> [ProducerMark] {
        try query(
            "SELECT \(ProducerMark.columns) FROM producers ORDER BY last_seen DESC, producer LIMIT $1",
            [.count(max(0, limit))]
        ).map { try ProducerMark($0) }
    }

    func losses(since: Int64, limit: Int) throws -> [Loss] {
        try query(
            """
            SELECT producer, environment, service, first, count, at FROM losses WHERE at >= $1
            ORDER BY at DESC, id DESC LIMIT $2
            """,
            [.millisecond(SQLValue.clamp(millisecond: since)), .count(max(0, limit))]
        ).map {
            Loss(
                producer: try $0.text(0), environment: try $0.text(1), service: try $0.text(2), first: try $0.count(3),
                count: try $0.count(4), at: try $0.millisecond(5))
        }
    }

    func lossTotals(since: Int64) throws -> LossTotals {
        // Whole and rest apart: no sum overflows, whatever numbers a sender made up.
        let part: UInt64 = 1_000_000_000
        let row = try query(
            """
            SELECT count(*), CAST(coalesce(sum(count / \(part)), 0) AS BIGINT),
                CAST(coalesce(sum(count % \(part)), 0) AS BIGINT) FROM losses WHERE at >= $1
            """, [.millisecond(SQLValue.clamp(millisecond: since))]
        ).first
        guard let row else { return LossTotals() }
        let (whole, overflows) = try row.count(1).multipliedReportingOverflow(by: part)
        let (calls, exceeds) = try whole.addingReportingOverflow(row.count(2))
        return LossTotals(count: try row.count(0), calls: overflows || exceeds ? .max : calls)
    }
}

extension SQLSession {
    func quarantined(since: Int64, before: Int64?, limit: Int) throws -> QuarantinePage {
        let limit = max(1, limit)
        let instant = SQLValue.millisecond(SQLValue.clamp(millisecond: since))
        let count = try query("SELECT count(*) FROM quarantined_entries WHERE at >= $1", [instant]).first?.int(0) ?? 0
        let rows = try query(
            """
            SELECT id, shard, entry_id, reason, at FROM quarantined_entries WHERE at >= $1 AND id < $2
            ORDER BY id DESC LIMIT $3
            """,
            [instant, .integer(before ?? .max), .count(limit + 1)])
        let shown = rows.prefix(limit)
        return QuarantinePage(
            count: count,
            entries: try shown.map {
                QuarantinedEntry(
                    shard: try $0.int(1), entryID: try $0.text(2), reason: try $0.text(3), at: try $0.millisecond(4))
            },
            next: rows.count > limit ? try shown.last?.integer(0) : nil)
    }
}

extension Level {
    /// Whether keys of this level have the name that this column holds.
    fileprivate func has(_ column: String) -> Bool {
        switch column {
        case "service": self == .service || self == .edge || self == .operation
        case "dependency": self == .dependency || self == .edge || self == .operation
        case "operation": self == .operation
        default: true
        }
    }
}

extension ProducerMark {
    fileprivate static let columns = """
        shard, producer, environment, service, instance, host, highest, last_seen, calls_in_flight, calls_queued, \
        calls_dropped, version, has_ended, announced, announced_since, clock_skew_ms
        """

    fileprivate init(_ row: SQLRow) throws {
        self.init(
            producer: Producer(
                id: try row.text(1), environment: try row.text(2), service: try row.text(3), instance: try row.text(4),
                host: try row.text(5)),
            shard: try row.int(0), highest: try row.count(6), lastSeen: try row.millisecond(7),
            callsInFlight: try row.int(8), callsQueued: try row.int(9), callsDropped: try row.count(10),
            version: try row.text(11), hasEnded: try row.boolean(12),
            announced: try row.text(13).split(separator: "\n").map(String.init),
            announcedSince: try row.millisecond(14), clockSkew: try row.integer(15))
    }
}
