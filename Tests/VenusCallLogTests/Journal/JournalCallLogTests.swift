import Foundation
import Logging
import Synchronization
import TestSupport
import Testing
import VenusCallLog

@Suite("The journal")
struct JournalCallLogTests {
    private let logger = Logger(label: "test")

    @Test("its files are for their owner alone")
    func permissions() async throws {
        let directory = try TemporaryDirectory("venus-journal")
        let path = directory.file("a/b/journal.sqlite")
        let log = try JournalCallLog(path: path, shards: 1, logger: logger)
        try await log.append([EntryField("v", "1")], to: 0)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(directory.file("a/b")) == 0o700)
        for suffix in ["", "-wal", "-shm"] { #expect(try mode(path + suffix) == 0o600) }
        await log.close()
    }

    @Test("ids rise though the clock goes back")
    func clockGoesBack() async throws {
        let directory = try TemporaryDirectory("venus-journal")
        let times = Times([1_000, 2_000, 500, 2_000, 2_001])
        let log = try JournalCallLog(
            path: directory.file("j"), shards: 1, maximumBytes: 1_000_000, logger: logger, now: { times.next() },
            clock: ContinuousClock())
        var ids: [String] = []
        for _ in 0..<5 { ids.append("\(try await log.append([EntryField("v", "1")], to: 0))") }
        #expect(ids == ["1000-0", "2000-0", "2000-1", "2000-2", "2001-0"])
        await log.close()
    }

    private final class Times: Sendable {
        private let rest: Mutex<[UInt64]>
        init(_ times: [UInt64]) { rest = Mutex(times) }
        func next() -> UInt64 { rest.withLock { $0.removeFirst() } }
    }

    @Test("what was appended is there after it was opened again, with its ids going on")
    func reopened() async throws {
        let directory = try TemporaryDirectory("venus-journal")
        let first = try JournalCallLog(path: directory.file("j"), shards: 1, logger: logger)
        let id = try await first.append([EntryField("v", "1")], to: 0)
        await first.close()
        let second = try JournalCallLog(path: directory.file("j"), shards: 1, logger: logger)
        #expect(try await second.lastID(shard: 0) == id)
        #expect(try await second.read(shard: 0, after: .start, limit: 5, wait: .zero).map(\.id) == [id])
        #expect(try await second.append([EntryField("v", "1")], to: 0) > id)
        await second.close()
    }

    @Test("a long backlog is trimmed in pieces and the file does not grow for ever")
    func bounded() async throws {
        let directory = try TemporaryDirectory("venus-journal")
        let log = try JournalCallLog(path: directory.file("j"), shards: 1, logger: logger)
        var sizes: [Int] = []
        for _ in 0..<3 {
            for _ in 0..<2_500 {
                try await log.append([EntryField("calls", [UInt8](repeating: 49, count: 500))], to: 0)
            }
            try await log.trim(shard: 0, through: try await log.lastID(shard: 0))
            #expect(try await log.count(shard: 0) == 0)
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.file("j"))
            sizes.append(try #require(attributes[.size] as? Int))
        }
        #expect(sizes[2] < sizes[0] * 2)
        await log.close()
    }

    @Test("a file that is no journal is refused")
    func notAJournal() throws {
        let directory = try TemporaryDirectory("venus-journal")
        try directory.write(String(repeating: "no database ", count: 1_000), to: "j")
        #expect(throws: CallLogError.self) { try JournalCallLog(path: directory.file("j"), shards: 1, logger: logger) }
    }

    @Test("a directory that cannot be made is refused with its reason")
    func noDirectory() throws {
        let directory = try TemporaryDirectory("venus-journal")
        try directory.write("", to: "file")
        let error = #expect(throws: CallLogError.self) {
            try JournalCallLog(path: directory.file("file/sub/j"), shards: 1, logger: logger)
        }
        #expect(error?.code == .refused)
    }
}
