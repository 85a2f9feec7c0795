import Foundation
import VenusCore

extension SQLSession {
    /// Rows that are read, and held, at once.
    static var exportedAtOnce: Int { 2_000 }

    func export(everything: Bool, _ body: (StoredRecord) throws -> Void) throws {
        // Whoever takes the records may be slower than a database likes its transactions to be.
        if dialect == .postgres { try define("SET LOCAL idle_in_transaction_session_timeout = '10min'") }
        if everything {
            try exportSettings(body)
        } else if let begin = try setting("history.begin") {
            try body(.setting("history.begin", begin))
        }
        // Marks come before rows: whoever reads them knows what is still to be made.
        try run("SELECT tier_seconds, bucket, shard FROM rollup_marks ORDER BY tier_seconds, bucket, shard", []) {
            guard let tier = Tier(rawValue: try $0.int(0)) else { return }
            try body(.mark(tier, try $0.second(1), try $0.int(2)))
        }
        for tier in Tier.allCases { try exportRows(of: tier, body) }
        for open in try openCells() { try export(open, body) }
        try run("SELECT producer, environment, service, first, count, at FROM losses ORDER BY id", []) {
            var record = StoredRecord()
            record.loss = StoredRecord.LostCalls(
                producer: try $0.text(0), environment: try $0.text(1), service: try $0.text(2), first: try $0.count(3),
                count: try $0.count(4), at: try $0.millisecond(5))
            try body(record)
        }
        try exportHosts(body)
    }

    private func exportSettings(_ body: (StoredRecord) throws -> Void) throws {
        // What this store has read itself is nobody else's business.
        try run("SELECT name, value FROM settings WHERE name NOT LIKE 'import.%' ORDER BY name", []) {
            try body(.setting(try $0.text(0), try $0.text(1)))
        }
        try exportAccounts(body)
        try exportWatched(body)
        try exportAlerts(body)
    }

    /// Page by page, each from where the one before ended, so that neither side holds a tier at once.
    private func exportRows(of tier: Tier, _ body: (StoredRecord) throws -> Void) throws {
        let keys = RollupRow.columns[..<RollupRow.keyColumns].joined(separator: ", ")
        let places = (1...RollupRow.keyColumns).map { "$\($0)" }.joined(separator: ", ")
        let keptSince = "(SELECT kept_since FROM rollup_horizons WHERE tier_seconds = \(tier.seconds))"
        var last: RollupRow?
        while true {
            let isNext = last == nil ? "" : "AND (\(keys)) > (\(places))"
            // The first condition repeats of the second what any index can be searched by.
            let begins = last == nil ? "bucket >= \(keptSince)" : "bucket >= $1 AND bucket >= \(keptSince)"
            let rows = try query(
                """
                SELECT \(RollupRow.columnList) FROM \(tier.table) WHERE \(begins) \(isNext)
                ORDER BY \(keys) LIMIT \(Self.exportedAtOnce)
                """,
                last?.keyValues ?? []
            ).map { try RollupRow(tier: tier, $0) }
            for row in rows { try body(StoredRecord(row)) }
            guard rows.count == Self.exportedAtOnce else { return }
            last = rows.last
        }
    }

    /// Minutes that are still open, as if they closed now.
    private func export(_ open: OpenCells, _ body: (StoredRecord) throws -> Void) throws {
        var minutes: [Int64: [SeriesKey: KPITotals]] = [:]
        for cell in open.cells {
            let minute = Tier.minute.bucket(of: cell.second)
            for level in Level.allCases {
                minutes[minute, default: [:]][cell.key.key(at: level), default: KPITotals()].merge(cell.totals)
            }
        }
        for quarter in Set(minutes.keys.map { Tier.quarterHour.bucket(of: $0) }).sorted() {
            try body(.mark(.quarterHour, quarter, open.shard))
        }
        for (minute, series) in minutes.sorted(by: { $0.key < $1.key }) {
            for (key, totals) in series.sorted(by: { $0.key < $1.key }) {
                try body(
                    StoredRecord(RollupRow(tier: .minute, bucket: minute, shard: open.shard, key: key, totals: totals)))
            }
        }
    }
}

extension StoredRecord {
    fileprivate static func setting(_ name: String, _ value: String) -> StoredRecord {
        var record = StoredRecord()
        record.setting = Setting(name: name, value: value)
        return record
    }

    fileprivate static func mark(_ tier: Tier, _ bucket: Int64, _ shard: Int) -> StoredRecord {
        var record = StoredRecord()
        record.mark = Mark(tier: tier.name, bucket: bucket, shard: shard)
        return record
    }
}
