import Logging
import TestSupport
import Testing
import VenusCallLog

/// What both call logs promise. Each test has a log of its own; `again` opens the same log once more, as another
/// process would.
@Suite("A call log")
struct CallLogBehaviourTests {
    enum Kind: CaseIterable, CustomTestStringConvertible {
        case journal
        case redis

        var testDescription: String {
            switch self {
            case .journal: "journal"
            case .redis: "Redis"
            }
        }
    }

    private let logger = Logger(label: "test")

    /// Runs `body` with a log of two shards, and closes all that it opened.
    private func with(
        _ kind: Kind, maximum: Int = 1_000_000,
        _ body: (_ log: any CallLog, _ again: () throws -> any CallLog) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory("venus-call-log")
        let server: RedisServer?
        let open: () throws -> any CallLog
        switch kind {
        case .journal:
            server = nil
            open = { [logger] in
                try JournalCallLog(
                    path: directory.file("state/journal.sqlite"), shards: 2, maximumBytes: maximum * 100, logger: logger
                )
            }
        case .redis:
            let redis = try await RedisServer(password: "hunter2")
            server = redis
            open = { [logger] in
                try RedisCallLog(url: redis.url, prefix: "test", shards: 2, maximumEntries: maximum, logger: logger)
            }
        }
        var opened: [any CallLog] = []
        func another() throws -> any CallLog {
            let log = try open()
            opened.append(log)
            return log
        }
        do {
            let log = try another()
            try await body(log, another)
        } catch {
            for log in opened { await log.close() }
            try await server?.stop()
            throw error
        }
        for log in opened { await log.close() }
        try await server?.stop()
    }

    private func entry(_ number: Int) -> [EntryField] {
        [EntryField("v", "1"), EntryField("kind", "test"), EntryField("number", "\(number)")]
    }

    private func numbers(_ entries: [LogEntry]) -> [Int] {
        entries.compactMap { entry in
            entry.fields.first { $0.name == "number" }.flatMap { Int(String(decoding: $0.value, as: UTF8.self)) }
        }
    }

    @Test("entries come back in order, after the cursor, with their fields", arguments: Kind.allCases)
    func order(kind: Kind) async throws {
        try await with(kind) { log, again in
            var ids: [EntryID] = []
            for number in 0..<10 { ids.append(try await log.append(entry(number), to: 0)) }
            #expect(ids == ids.sorted() && Set(ids).count == 10)
            let reader = try again()
            let all = try await reader.read(shard: 0, after: .start, limit: 100, wait: .zero)
            #expect(all.map(\.id) == ids)
            #expect(all[3].fields == entry(3))
            let some = try await reader.read(shard: 0, after: ids[4], limit: 3, wait: .zero)
            #expect(numbers(some) == [5, 6, 7])
            let none = try await reader.read(shard: 0, after: ids[9], limit: 3, wait: .zero)
            #expect(none.isEmpty)
        }
    }

    @Test("values are any bytes", arguments: Kind.allCases)
    func bytes(kind: Kind) async throws {
        try await with(kind) { log, _ in
            let fields = [
                EntryField("all", Array(0...255)), EntryField("empty", []),
                EntryField("long", [UInt8](repeating: 10, count: 200_000)),
            ]
            try await log.append(fields, to: 1)
            #expect(try await log.read(shard: 1, after: .start, limit: 1, wait: .zero).map(\.fields) == [fields])
        }
    }

    @Test("shards do not see each other's entries", arguments: Kind.allCases)
    func shards(kind: Kind) async throws {
        try await with(kind) { log, _ in
            try await log.append(entry(0), to: 0)
            try await log.append(entry(1), to: 1)
            #expect(numbers(try await log.read(shard: 0, after: .start, limit: 9, wait: .zero)) == [0])
            #expect(numbers(try await log.read(shard: 1, after: .start, limit: 9, wait: .zero)) == [1])
            #expect(try await log.count(shard: 1) == 1)
        }
    }

    @Test("a waiting read gets what another process appends, soon", arguments: Kind.allCases)
    func waiting(kind: Kind) async throws {
        try await with(kind) { log, again in
            let reader = try again()
            async let read = reader.read(shard: 0, after: .start, limit: 9, wait: .seconds(20))
            // Connected and waiting, or not yet: either way the entry comes.
            try await log.append(entry(7), to: 0)
            let start = ContinuousClock.now
            #expect(numbers(try await read) == [7])
            #expect(ContinuousClock.now - start < .seconds(5))
        }
    }

    @Test("a read that waits in vain returns nothing after the wait", arguments: Kind.allCases)
    func waitingInVain(kind: Kind) async throws {
        try await with(kind) { log, _ in
            let start = ContinuousClock.now
            let none = try await log.read(shard: 0, after: .start, limit: 9, wait: .milliseconds(120))
            #expect(none.isEmpty)
            #expect(ContinuousClock.now - start >= .milliseconds(110))
        }
    }

    @Test("a waiting read ends as soon as its task is cancelled", arguments: Kind.allCases)
    func cancelled(kind: Kind) async throws {
        try await with(kind) { log, _ in
            let read = Task { try await log.read(shard: 0, after: .start, limit: 9, wait: .seconds(60)) }
            read.cancel()
            await #expect(throws: CancellationError.self) { try await read.value }
            // The log is still of use.
            try await log.append(entry(1), to: 0)
            #expect(try await log.count(shard: 0) == 1)
        }
    }

    @Test("a trim removes what is up to the id, and the newest id stays known", arguments: Kind.allCases)
    func trim(kind: Kind) async throws {
        try await with(kind) { log, again in
            #expect(try await log.lastID(shard: 0) == .start)
            #expect(try await log.count(shard: 0) == 0)
            var ids: [EntryID] = []
            for number in 0..<5 { ids.append(try await log.append(entry(number), to: 0)) }
            let reader = try again()
            try await reader.trim(shard: 0, through: ids[2])
            #expect(numbers(try await log.read(shard: 0, after: .start, limit: 9, wait: .zero)) == [3, 4])
            #expect(try await log.count(shard: 0) == 2)
            try await reader.trim(shard: 0, through: ids[4])
            #expect(try await log.count(shard: 0) == 0)
            #expect(try await log.lastID(shard: 0) == ids[4])
            #expect(try await log.append(entry(9), to: 0) > ids[4])
        }
    }

    @Test("writers in several processes lose nothing and share one order", arguments: Kind.allCases)
    func manyWriters(kind: Kind) async throws {
        try await with(kind) { log, again in
            let writers = [log, try again(), try again()]
            let reader = try again()
            let read = Task {
                var read: [LogEntry] = []
                while read.count < 300 {
                    let entries = try await reader.read(
                        shard: 0, after: read.last?.id ?? .start, limit: 50, wait: .seconds(20))
                    if entries.isEmpty { break }
                    read += entries
                }
                return read
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (place, writer) in writers.enumerated() {
                    group.addTask {
                        for number in 0..<100 { try await writer.append(entry(place * 1_000 + number), to: 0) }
                    }
                }
                try await group.waitForAll()
            }
            let entries = try await read.value
            #expect(entries.count == 300)
            #expect(entries.map(\.id) == entries.map(\.id).sorted())
            // A reader that moves on never misses an entry that becomes visible later with a lower id.
            for place in 0..<3 {
                #expect(
                    numbers(entries).filter { $0 / 1_000 == place } == (0..<100).map { place * 1_000 + $0 })
            }
        }
    }

    @Test("a full log refuses, keeps what is unread, and takes more after a trim", arguments: Kind.allCases)
    func full(kind: Kind) async throws {
        try await with(kind, maximum: 20) { log, _ in
            var last = EntryID.start
            var appended = 0
            let error = await #expect(throws: CallLogError.self) {
                while appended < 1_000 {
                    last = try await log.append(entry(appended), to: 0)
                    appended += 1
                }
            }
            #expect(error?.code == .refused)
            #expect(appended >= 20 && appended < 100)
            #expect(try await log.count(shard: 0) == appended)
            try await log.trim(shard: 0, through: last)
            try await log.append(entry(0), to: 0)
            #expect(try await log.count(shard: 0) == 1)
        }
    }

    @Test("a closed log says that it is closed", arguments: Kind.allCases)
    func closed(kind: Kind) async throws {
        try await with(kind) { log, _ in
            try await log.append(entry(0), to: 0)
            await log.close()
            let error = await #expect(throws: CallLogError.self) { try await log.append(entry(1), to: 0) }
            #expect(error?.code == .closed)
        }
    }
}
