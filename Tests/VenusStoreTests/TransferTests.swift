import Foundation
import Synchronization
import TestSupport
import Testing
import VenusCore
import VenusStore

@Suite("Moving a store")
struct TransferTests {
    /// A store with closed, rolled, marked and open minutes, losses, settings and a session.
    private func fill(_ store: any Store) async throws {
        var generator = SeededGenerator(seed: 5)
        var rows: [RollupRow] = []
        for minute in 0..<130 as Range<Int64> {
            for key in [SeriesKey.sample("GET /a"), .sample("GET /b"), .sampleEdge, .total(environment: "test")] {
                rows.append(
                    RollupRow(
                        tier: .minute, bucket: dayStart + 60 * minute, shard: 0, key: key,
                        totals: .random(calls: 3, using: &generator)))
            }
        }
        let open = dayStart + 130 * 60
        let cells = [5, 6, 65].map { Cell(second: open + $0, key: .sample("GET /c"), totals: .successes(2)) }
        let loss = Loss(producer: "p1", environment: "test", service: "checkout", first: 7, count: 3, at: open * 1_000)
        try await store.commit(
            ShardCommit(
                shard: 0, cursor: "9-0", openSince: open, losses: [loss],
                checkpoint: Checkpoint(takenAtSeconds: open + 66, cells: cells), closed: rows),
            under: try await store.takeShard())
        try await store.rollUp(under: try await store.takeRoller())
        try await store.setSetting("history.begin", to: "\(dayStart)", ifAbsent: false)
        try await store.setSetting("secret", to: "hash", ifAbsent: false)
        try await store.addSession(Session(tokenHash: [1, 2, 3], createdAt: 1, expiresAt: 4_000_000_000_000))
    }

    private func portable(_ store: any Store) throws -> any PortableStore {
        try #require(store as? any PortableStore)
    }

    private func records(_ store: any Store, everything: Bool = false) async throws -> [StoredRecord] {
        let records = Mutex<[StoredRecord]>([])
        try await portable(store).exportRecords(everything: everything) { record in
            records.withLock { $0.append(record) }
        }
        return records.withLock { $0 }
    }

    private func read(
        _ records: [StoredRecord], into store: any Store, adding: Bool = false, everything: Bool = false
    ) async throws {
        let store = try portable(store)
        var progress = try await store.beginImport(id: "file", adding: adding, everything: everything)
        for start in stride(from: 0, to: records.count, by: 100) {
            let batch = Array(records[start..<min(start + 100, records.count)])
            progress = try await store.importRecords(batch, into: progress)
        }
        try await store.endImport(progress)
    }

    /// Calls by tier, bucket and series, over all shards.
    private func calls(_ store: any Store) async throws -> [Tier: [String: KPITotals]] {
        var sums: [Tier: [String: KPITotals]] = [:]
        for tier in Tier.allCases {
            for row in try await store.allRows(tier) {
                sums[tier, default: [:]]["\(row.bucket) \(row.key)", default: KPITotals()].merge(row.totals)
            }
        }
        return sums
    }

    @Test(
        "all history comes over, open minutes and losses too, and what was not made yet is made there",
        arguments: Backend.allCases, Backend.allCases)
    func moved(from: Backend, to: Backend) async throws {
        try await from.withStore { source in
            try await fill(source)
            let records = try await records(source)
            #expect(records.allSatisfy { $0.session == nil && $0.setting?.name != "secret" })
            try await to.withStore { target in
                // As a file holds it.
                let lines = try records.map { try JSONEncoder().encode($0) }
                try await read(try lines.map { try JSONDecoder().decode(StoredRecord.self, from: $0) }, into: target)
                var wanted = try await calls(source)
                let operation = SeriesKey.sample("GET /c")
                for (minute, count) in [(dayStart + 7_800, 4), (dayStart + 7_860, 2)] {
                    for level in Level.allCases {
                        wanted[.minute, default: [:]]["\(minute) \(operation.key(at: level))"] = .successes(count)
                    }
                }
                #expect(try await calls(target) == wanted)
                #expect(try await target.losses(since: 0, limit: 9) == source.losses(since: 0, limit: 9))
                #expect(try await target.setting("history.begin") == "\(dayStart)")
                #expect(try await target.openCells().isEmpty)

                // Nothing of the file is open there: all tiers are made, down to the day.
                try await target.rollUp(under: try await target.takeRoller())
                let day = try await target.allRows(.day).filter { $0.key.level == .operation }
                let minutes = try await target.allRows(.minute).filter { $0.key.level == .operation }
                #expect(minutes.count == 130 * 2 + 2)
                #expect(day.reduce(0) { $0 + $1.totals.calls } == minutes.reduce(0) { $0 + $1.totals.calls })
                // Whoever analyses the fleet begins with shards of its own.
                #expect(try await target.shardState(0) == ShardState())
            }
        }
    }

    @Test("a roller at work meanwhile makes nothing from a part of the file", arguments: Backend.allCases)
    func rolledMeanwhile(backend: Backend) async throws {
        try await Backend.sqlite.withStore { source in
            try await fill(source)
            let records = try await records(source)
            try await backend.withStore { target in
                let portable = try portable(target)
                var progress = try await portable.beginImport(id: "file", adding: false, everything: false)
                for record in records {
                    progress = try await portable.importRecords([record], into: progress)
                    if progress.records % 50 == 1 { try await target.rollUp(under: try await target.takeRoller()) }
                }
                #expect(try await target.dueMarks(tier: .quarterHour, limit: 9).isEmpty)
                try await portable.endImport(progress)
                try await target.rollUp(under: try await target.takeRoller())
                try await expectSameDay(target, asMinutesOf: records)
            }
        }
    }

    @Test(
        "whatever tiers the store no longer keeps so far back, those that it does hold every call of the file",
        arguments: Backend.allCases, [Tier.minute, .quarterHour, .twoHours])
    func pruned(backend: Backend, gone: Tier) async throws {
        try await Backend.sqlite.withStore { source in
            try await fill(source)
            let records = try await records(source)
            try await backend.withStore { target in
                // Its horizons are beyond all that the file has of these tiers.
                let later = Tier.day.bucket(of: dayStart) + 2 * 86_400
                let retention = Dictionary(
                    uniqueKeysWithValues: Tier.allCases.map {
                        ($0, $0.seconds <= gone.seconds ? Int64(0) : 900 * 86_400)
                    })
                try await target.prune(nowSeconds: later, retention: retention)
                try await read(records, into: target, adding: true)
                try await target.rollUp(under: try await target.takeRoller())
                for tier in Tier.allCases where tier.seconds <= gone.seconds {
                    #expect(try await target.allRows(tier).isEmpty)
                }
                try await expectSameDay(target, asMinutesOf: records)
            }
        }
    }

    /// The day's operations have the calls that the minutes of the file have.
    private func expectSameDay(_ target: any Store, asMinutesOf records: [StoredRecord]) async throws {
        var wanted: [String: UInt64] = [:]
        for row in records.compactMap(\.row) where row.tier == "1m" && row.level == "operation" {
            var reader = ByteReader(Array(row.totals))
            wanted[row.operation, default: 0] += try KPITotals(from: &reader).calls
        }
        for tier in [Tier.eightHours, .day] {
            let rows = try await target.allRows(tier).filter { $0.key.level == .operation }
            #expect(Dictionary(rows.map { ($0.key.operation, $0.totals.calls) }, uniquingKeysWith: +) == wanted)
        }
    }

    @Test("a file that breaks off goes on where it ended, and is read in once", arguments: Backend.allCases)
    func resumed(backend: Backend) async throws {
        try await Backend.sqlite.withStore { source in
            try await fill(source)
            let records = try await records(source)
            try await backend.withDatabase { database in
                let crash = CrashPoint()
                let store = try await database.open(gate: crash.gate)
                let target = try portable(store)
                var statement = 0
                while true {
                    let progress = try await target.beginImport(id: "file", adding: false, everything: false)
                    guard !progress.isWhole else { break }
                    statement += 1
                    crash.arm(statement)
                    do {
                        var progress = progress
                        while progress.records < records.count {
                            let batch = Array(records[progress.records..<min(progress.records + 200, records.count)])
                            progress = try await target.importRecords(batch, into: progress)
                        }
                        try await target.endImport(progress)
                    } catch let error as StoreError where error.code == .unavailable {}
                    crash.arm(nil)
                }
                #expect(statement > 5)
                let stored = try await store.allRows(.minute).count + store.allRows(.quarterHour).count
                #expect(stored == records.count(where: { $0.row?.tier == "1m" || $0.row?.tier == "15m" }))
            }
        }
    }

    @Test(
        "a store that is not empty is refused, unless the file goes beside what is there", arguments: Backend.allCases)
    func beside(backend: Backend) async throws {
        try await backend.withStore { store in
            try await fill(store)
            let records = try await records(store)
            #expect(try await storeErrorCode { try await read(records, into: store) } == .refused)
            let before = try await calls(store)
            try await read(records, into: store, adding: true)
            let after = try await calls(store)
            for (place, totals) in before[.quarterHour, default: [:]] {
                #expect(after[.quarterHour]?[place]?.calls == 2 * totals.calls)
            }
        }
    }

    @Test(
        "a backup has settings, users, keys, sessions, thresholds and the audit log, and goes into an empty store only",
        arguments: Backend.allCases)
    func everything(backend: Backend) async throws {
        try await backend.withStore { source in
            try await fill(source)
            let accounts = source
            _ = try await accounts.addUser(User(name: "ada", role: .viewer, passwordHash: "h", createdAt: 7_000))
            let session = Session(
                tokenHash: [4], account: .user("ada"), role: .viewer, createdAt: 1, expiresAt: 4_000_000_000_000,
                idleExpiresAt: 9_000, address: "10.0.0.1", agent: "test")
            _ = try await accounts.addSession(session, of: nil)
            let key = APIKey(
                id: "abc", hash: [5], name: "k", scopes: [.read], createdAt: 8_000, createdBy: "administrator")
            _ = try await accounts.addKey(key)
            try await accounts.addAudit(AuditEntry(at: 9_000, event: .signIn, actor: "user:ada"))
            let threshold = WatchRecord(
                id: "t",
                item: StoredThreshold(
                    .everything, MetricThreshold(.errorRate, critical: 0.5, minimumCalls: 7)),
                changedAt: 10_000, changedBy: "user:ada")
            try await source.setWatched(threshold)
            #expect(try await self.records(source).allSatisfy { $0.watched == nil })
            let records = try await records(source, everything: true)
            try await backend.withStore { target in
                let taken = target
                try await read(records, into: target, everything: true)
                #expect(try await target.setting("secret") == "hash")
                #expect(try await target.session(tokenHash: [1, 2, 3], now: 2)?.expiresAt == 4_000_000_000_000)
                #expect(try await taken.users() == accounts.users())
                #expect(try await taken.keys() == [key])
                #expect(try await taken.session(tokenHash: [4], now: 2) == session)
                #expect(try await taken.audit(AuditQuery(limit: 9)).map(\.actor) == ["user:ada"])
                #expect(try await taken.watched(StoredThreshold.self) == [threshold])
            }
            try await backend.withStore { used in
                try await used.setSetting("secret", to: "other", ifAbsent: false)
                #expect(try await storeErrorCode { try await read(records, into: used, everything: true) } == .refused)
                #expect(try await used.setting("secret") == "other")
            }
        }
    }

    @Test(
        "a backup has alerts, what they did, who is told, and what is on its way",
        arguments: Backend.allCases, Backend.allCases)
    func alerts(from: Backend, to: Backend) async throws {
        try await from.withStore { source in
            let lease = try #require(
                try await source.acquireLease(Lease.alerts, owner: "one", duration: .seconds(60)))
            for id in ["w1", "w2"] {
                var webhook = Webhook(
                    id: id, name: "name \(id)", kind: "webhook", sealed: [0, 1, 255], createdAt: 50,
                    createdBy: "user:ada")
                webhook.lost = 3
                webhook.deliveredAt = 70
                #expect(try await source.addWebhook(webhook))
            }
            let alert = { (id: String, state: AlertRecord.State) in
                AlertRecord(
                    id: id, rule: "rule \(id)", state: state, severity: "critical", environment: "production",
                    service: "checkout", dependency: "bank:443", changedAt: 100, content: "{\"id\":\"\(id)\"}")
            }
            let transitions = (1...3).map { TransitionRecord(id: "t\($0)", alert: "a", at: 100 + $0, content: "{}") }
            _ = try await source.commit(
                AlertCommit(
                    transitions: transitions, alerts: [alert("a", .firing), alert("b", .pending)],
                    notices: ["m1", "m2"].map { NoticeRecord(id: $0, fault: "f", at: 100, content: "{\"m\":1}") },
                    delivery: "\"begin\"", content: "faults"), under: lease)
            // The first message has arrived at the first receiver.
            var arrived = try #require(try await source.outbox(limit: 1).first { $0.webhook == "w1" })
            arrived.isOver = true
            try await source.commit(
                DeliveryCommit(
                    webhook: "w1", entries: [arrived], at: 120, pausedUntil: 0, deliveredAt: 120, failure: nil),
                under: lease)
            #expect(try await self.records(source).allSatisfy { $0.alert == nil && $0.receiver == nil })
            let lines = try await records(source, everything: true).map { try JSONEncoder().encode($0) }
            let records = try lines.map { try JSONDecoder().decode(StoredRecord.self, from: $0) }
            try await to.withStore { target in
                let epoch = try await target.alertPosition().epoch
                try await read(records, into: target, everything: true)
                let (before, after) = (try await source.evaluation(), try await target.evaluation())
                #expect(after.alerts == before.alerts && after.content == "faults")
                #expect(after.position.newest == 3 && after.position.epoch == epoch && after.position.version > 0)
                #expect(
                    try await target.transitions(after: 0, limit: 9) == source.transitions(after: 0, limit: 9))
                #expect(try await target.webhooks() == source.webhooks())
                let waiting = { (store: any AlertStore) in
                    try await store.outbox(limit: 9).map { [$0.webhook, $0.notice, $0.fault, $0.state, "\($0.since)"] }
                }
                #expect(try await waiting(target) == waiting(source))
                #expect(try await waiting(target).map { $0[1] } == ["m2", "m1", "m2"])
                #expect(try await target.notice(id: "m1") == "{\"m\":1}")
                // The next transition has the next number, and one that was made before is not made again.
                let taken = try #require(
                    try await target.acquireLease(Lease.alerts, owner: "two", duration: .seconds(60)))
                let next = AlertCommit(
                    transitions: [transitions[2], TransitionRecord(id: "t4", alert: "a", at: 200, content: "{}")],
                    content: "further")
                #expect(try await target.commit(next, under: taken).newest == 4)
            }
            try await to.withStore { used in
                let added = try await used.addWebhook(
                    Webhook(id: "w", name: "w", kind: "slack", sealed: [], createdAt: 1, createdBy: "a"))
                #expect(added)
                #expect(try await storeErrorCode { try await read(records, into: used, everything: true) } == .refused)
            }
        }
    }

    @Test("records that are wrong are refused, not trapped on")
    func wrong() async throws {
        try await Backend.sqlite.withStore { source in
            try await fill(source)
            let row = try #require(try await records(source).first { $0.row != nil })
            for change in [
                { $0.row?.tier = "3m" }, { $0.row?.bucket = .max }, { $0.row?.bucket = -60 }, { $0.row?.shard = .max },
                { $0.row?.shard = -1 }, { $0.row?.level = "" }, { $0.row?.totals = Data([2, 255]) },
                { $0.row?.totals = Data() },
            ] as [(inout StoredRecord) -> Void] {
                var record = row
                change(&record)
                let wrong = record
                try await Backend.sqlite.withStore { target in
                    let code = try await storeErrorCode { try await read([wrong], into: target) }
                    #expect(code == .corrupt)
                }
            }
        }
    }

    @Test("the status counts what is there", arguments: Backend.allCases)
    func status(backend: Backend) async throws {
        try await backend.withStore { store in
            #expect(try await portable(store).status().isEmpty)
            try await fill(store)
            let status = try await portable(store).status()
            #expect(status.tiers.map(\.rows) == [130 * 4, 8 * 4, 4, 0, 0])
            #expect(status.tiers[0].oldest == dayStart)
            #expect(status.tiers[0].newest == dayStart + 129 * 60)
            #expect(status.tiers.map(\.marks) == [0, 1, 0, 1, 0])
            #expect(status.bytes > 10_000)
            #expect(status.schema == Int64(Migration.all.last?.version ?? 0))
            #expect((status.tiers[0].partitions > 0) == (backend == .postgres))
        }
    }
}
