import Foundation
import VenusCore

/// Shards whose rows came from a file. Nobody analyses them, so that nothing of them is open, and nothing is in the way
/// of those who do analyse.
enum ImportedShard {
    /// In the place of a cursor.
    static let cursor = "imported"
    /// The first shard of a file is a multiple of this, beyond all that are there.
    static let step = 1_000
    /// Highest number of a file's own shards, and one: beyond it, the file is wrong.
    static let limit = 1_000_000
    /// Once the file is in, all of their minutes are closed: the end of the year 9999.
    static let openSince: Int64 = SQLValue.clamp(second: .max)
}

extension SQLSession {
    func beginImport(id: String, adding: Bool, everything: Bool) throws -> ImportProgress {
        if let known = try progress(of: id) { return known }
        if everything {
            let settings = try query(
                """
                SELECT 1 FROM settings UNION ALL SELECT 1 FROM sessions UNION ALL SELECT 1 FROM users
                UNION ALL SELECT 1 FROM api_keys UNION ALL SELECT 1 FROM watched UNION ALL SELECT 1 FROM webhooks
                UNION ALL SELECT 1 FROM alert_transitions LIMIT 1
                """)
            guard settings.isEmpty else {
                throw StoreError(
                    .refused,
                    "the store is not empty: there are settings, sessions, users, keys, thresholds, alerts or receivers in it"
                )
            }
        }
        if !adding {
            for tier in Tier.allCases where try !query("SELECT 1 FROM \(tier.table) LIMIT 1").isEmpty {
                throw StoreError(.refused, "the store is not empty: there are rows of \(tier.name) in it")
            }
            guard try query("SELECT 1 FROM hosts LIMIT 1").isEmpty else {
                throw StoreError(.refused, "the store is not empty: there are hosts in it")
            }
        }
        let highest = try query("SELECT max(shard) FROM shards").first
        let last = try highest.map { $0.isNull(0) ? 0 : try $0.int(0) } ?? 0
        let progress = ImportProgress(
            id: id, firstShard: (last / ImportedShard.step + 1) * ImportedShard.step, records: 0, isWhole: false)
        try note(progress)
        return progress
    }

    func importRecords(_ records: [StoredRecord], into progress: ImportProgress) throws -> ImportProgress {
        // Whoever else reads the same file waits here, and then finds that it is further.
        try execute("UPDATE settings SET value = value WHERE name = $1", [.text(Self.name(progress.id))])
        guard try self.progress(of: progress.id)?.records == progress.records else {
            throw StoreError(.refused, "the file is being read by somebody else")
        }
        var next = progress
        let shard = { (number: Int) in
            guard (0..<ImportedShard.limit).contains(number) else {
                throw StoreError(.corrupt, "a shard has the number \(number)")
            }
            return progress.firstShard + number
        }
        var places = ImportPlaces(horizons: try horizonsKeptInPlace())
        for mark in try marksOfImport(from: progress.firstShard) { places.add(mark) }
        var rows: [Tier: [RollupRow]] = [:]
        var lifted: [Tier: [RollupRow]] = [:]
        var marks: Set<Parent> = []
        var shards: Set<Int> = []
        for record in records {
            if let stored = record.row {
                let row = try stored.rollup(shard: try shard(stored.shard))
                switch places.place(row) {
                case .here(let row): rows[row.tier, default: []].append(row)
                case .lifted(let row): lifted[row.tier, default: []].append(row)
                case .held, .replaced: continue
                }
                shards.insert(row.shard)
            } else if let mark = record.mark {
                guard let tier = Tier(name: mark.tier) else { throw StoreError(.corrupt, "a mark has no tier") }
                let (bucket, shard) = (tier.bucket(of: max(0, mark.bucket)), try shard(mark.shard))
                marks.insert(Parent(tier: tier, bucket: bucket, shard: shard))
                places.add(Parent(tier: tier, bucket: bucket, shard: shard))
                shards.insert(shard)
            } else if let loss = record.loss {
                try write([
                    Loss(
                        producer: loss.producer, environment: loss.environment, service: loss.service,
                        first: loss.first, count: loss.count, at: loss.at)
                ])
            } else if let setting = record.setting {
                try take(setting)
            } else if let watched = record.watched {
                try take(watched)
            } else if record.host != nil || record.hostReading != nil || record.hostProducer != nil {
                try takeHost(record)
            } else if try !takeAlerts(record) {
                try takeAccount(record)
            }
        }
        try runEach(
            "INSERT INTO shards (shard, cursor, open_since) VALUES ($1, $2, $3) ON CONFLICT (shard) DO NOTHING",
            shards.sorted().map {
                [.count($0), .text(ImportedShard.cursor), .second(0)]
            })
        try makeRoom(for: rows.merging(lifted, uniquingKeysWith: +).mapValues { $0.map(\.bucket) })
        for tier in Tier.allCases {
            try insert(rows[tier, default: []], tier: tier)
            let sums = RollupRow.merged(lifted[tier, default: []])
            try merge(sums, tier: tier)
            marks.formUnion(sums.compactMap { Parent(of: $0) })
        }
        try mark(marks)
        next.records += records.count
        try note(next)
        return next
    }

    /// Notes that the file is in as a whole: from now on its marked buckets are made. Not before, from only a part of
    /// their children.
    func endImport(_ progress: ImportProgress) throws {
        var whole = progress
        whole.isWhole = true
        try note(whole)
        let next = try query("SELECT value FROM settings WHERE name LIKE 'import.%'").compactMap {
            try $0.text(0).split(separator: " ").first.flatMap { Int($0) }
        }.filter { $0 > progress.firstShard }.min()
        try execute(
            "UPDATE shards SET open_since = $1 WHERE cursor = $2 AND shard >= $3 AND shard < $4",
            [
                .second(ImportedShard.openSince), .text(ImportedShard.cursor), .count(progress.firstShard),
                .count(next ?? progress.firstShard + ImportedShard.limit),
            ])
    }

    /// The marks of a file that is being read.
    private func marksOfImport(from firstShard: Int) throws -> [Parent] {
        try query(
            "SELECT tier_seconds, bucket, shard FROM rollup_marks WHERE shard >= $1 AND shard < $2",
            [.count(firstShard), .count(firstShard + ImportedShard.limit)]
        ).compactMap { row in
            try Tier(rawValue: row.int(0)).map { Parent(tier: $0, bucket: try row.second(1), shard: try row.int(2)) }
        }
    }

    /// Of the beginning of history the earlier one holds; everything else is as the file says.
    private func take(_ setting: StoredRecord.Setting) throws {
        guard setting.name == "history.begin", let begin = Int64(setting.value) else {
            _ = try setSetting(setting.name, to: setting.value, ifAbsent: false)
            return
        }
        let present = try self.setting(setting.name).flatMap { Int64($0) } ?? .max
        _ = try setSetting(setting.name, to: String(min(begin, present)), ifAbsent: false)
    }

    // MARK: Progress, which is a setting

    private static func name(_ id: String) -> String { "import.\(id)" }

    private func progress(of id: String) throws -> ImportProgress? {
        guard let text = try setting(Self.name(id)) else { return nil }
        let parts = text.split(separator: " ")
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count >= 2 else { throw StoreError(.corrupt, "the progress of an import cannot be read") }
        return ImportProgress(
            id: id, firstShard: numbers[0], records: numbers[1], isWhole: parts.last == "whole")
    }

    func note(_ progress: ImportProgress) throws {
        let end = progress.isWhole ? " whole" : ""
        _ = try setSetting(
            Self.name(progress.id), to: "\(progress.firstShard) \(progress.records)\(end)",
            ifAbsent: false)
    }
}
