import VenusCore

extension RollupRow {
    /// The columns of a tier's table; those of the key come first.
    static let columns = [
        "bucket", "level", "shard", "environment", "service", "dependency", "operation", "success", "client_error",
        "server_error", "transport_error", "unknown", "cancelled", "denied", "estimated", "tunnels", "bytes_sent",
        "bytes_received", "duration_count", "duration_sum_us", "duration_max_us", "ttfb_count", "ttfb_sum_us",
        "ttfb_max_us", "duration_histogram", "ttfb_histogram", "phases", "would_be_denied", "link_local",
        "statuses",
    ]
    static let keyColumns = 7
    static let columnList = columns.joined(separator: ", ")

    var keyValues: [SQLValue] {
        [
            .second(bucket), .text(key.level.name), .count(shard), .text(StoredName.fit(key.environment)),
            .text(StoredName.fit(key.service)), .text(StoredName.fit(key.dependency)),
            .text(StoredName.fit(key.operation)),
        ]
    }

    var values: [SQLValue] {
        keyValues + [
            .count(totals.success), .count(totals.clientError), .count(totals.serverError),
            .count(totals.transportError), .count(totals.unknown), .count(totals.cancelled), .count(totals.denied),
            .count(totals.estimated), .count(totals.tunnels), .count(totals.bytesSent), .count(totals.bytesReceived),
            .count(totals.duration.count), .count(totals.duration.sum), .integer(Int64(totals.duration.maximum)),
            .count(totals.ttfb.count), .count(totals.ttfb.sum), .integer(Int64(totals.ttfb.maximum)),
            .bytes(totals.duration.encoded), .bytes(totals.ttfb.encoded), .bytes(totals.phases.encoded),
            .count(totals.wouldBeDenied), .count(totals.linkLocal), .bytes(totals.statuses.encoded),
        ]
    }

    /// Reads the columns of ``columnList``.
    init(tier: Tier, _ row: SQLRow) throws {
        let name = try row.text(1)
        guard let level = Level(name: name) else {
            throw StoreError(.corrupt, "a rollup has the level \(name), which this version does not know")
        }
        var totals = KPITotals()
        totals.success = try row.count(7)
        totals.clientError = try row.count(8)
        totals.serverError = try row.count(9)
        totals.transportError = try row.count(10)
        totals.unknown = try row.count(11)
        totals.cancelled = try row.count(12)
        totals.denied = try row.count(13)
        totals.estimated = try row.count(14)
        totals.tunnels = try row.count(15)
        totals.bytesSent = try row.count(16)
        totals.bytesReceived = try row.count(17)
        totals.duration = try LatencyHistogram(stored: try row.bytes(24))
        totals.ttfb = try LatencyHistogram(stored: try row.bytes(25))
        totals.phases = try PhaseTotals(try row.bytes(26))
        totals.wouldBeDenied = try row.count(27)
        totals.linkLocal = try row.count(28)
        totals.statuses = try ErrorStatuses(encoded: try row.bytes(29))
        self.init(
            tier: tier, bucket: try row.second(0), shard: try row.int(2),
            key: .stored(
                level: level, environment: try row.text(3), service: try row.text(4), dependency: try row.text(5),
                operation: try row.text(6)),
            totals: totals)
    }
}

extension LatencyHistogram {
    fileprivate init(stored bytes: [UInt8]) throws(EncodingError) {
        var reader = ByteReader(bytes)
        try self.init(from: &reader)
    }
}
