import Foundation
import Logging
import TestSupport
import Testing
import VenusCallLog

@Suite("Blocks that wait on disk", .timeLimit(.minutes(1)))
struct SpoolTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory("venus-spool")
        path = directory.file("spool.sqlite")
    }

    private func spool(_ maximumBytes: Int = Spool.defaultMaximumBytes) -> Spool {
        Spool(path: path, maximumBytes: maximumBytes, logger: Logger(label: "test"))
    }

    private func entry(_ first: UInt64, count: Int = 10, bytes: Int = 100) -> SpooledEntry {
        SpooledEntry(
            first: first, count: count,
            fields: [EntryField("first", "\(first)"), EntryField("calls", [UInt8](repeating: 49, count: bytes))])
    }

    private func entries(_ count: Int, bytes: Int = 100) -> [SpooledEntry] {
        (0..<count).map { entry(UInt64($0) * 10 + 1, bytes: bytes) }
    }

    /// All that is there of a producer, taken out on the way.
    private func drain(_ spool: Spool, _ producer: String) async throws -> [SpooledEntry] {
        var drained: [SpooledEntry] = []
        while true {
            let next = try await spool.advance(of: producer, through: drained.last?.last ?? 0)
            if next.entries.isEmpty { return drained }
            drained += next.entries
        }
    }

    private var fileBytes: Int {
        get throws { try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) }
    }

    @Test("there is no file until something is kept, and nobody else can read it then")
    func file() async throws {
        let spool = spool()
        #expect(try await spool.advance(of: "p", through: 0).entries.isEmpty)
        #expect(!spool.exists)
        #expect(try await spool.keep([entry(1)], of: "p") == SpoolStatus(calls: 10))
        #expect(spool.exists)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    }

    @Test("entries come back whole and in order, of each producer its own, also after a restart")
    func order() async throws {
        let kept = entries(200)
        let first = spool()
        for start in stride(from: 0, to: 200, by: 50) {
            _ = try await first.keep(Array(kept[start..<(start + 50)]), of: "p")
            _ = try await first.keep([entry(UInt64(start) + 1)], of: "other")
        }
        // What was kept once is not kept twice.
        #expect(try await first.keep(Array(kept[150...]), of: "p").calls == 2_000)
        // No word of the first: as after a kill.
        let second = spool()
        #expect(try await drain(second, "p") == kept)
        #expect(try await drain(second, "other").map(\.first) == [1, 51, 101, 151])
        #expect(try await first.advance(of: "p", through: 0).entries.isEmpty)
    }

    @Test("reading on leaves what follows, and says how much that is")
    func advance() async throws {
        let spool = spool()
        _ = try await spool.keep(entries(5), of: "p")
        let (next, status) = try await spool.advance(of: "p", through: 20, limit: 2)
        #expect(next.map(\.first) == [21, 31] && status == SpoolStatus(calls: 30))
        #expect(try await spool.advance(of: "p", through: 0).entries.map(\.first) == [21, 31, 41])
        #expect(try await spool.advance(of: "unknown", through: 20).entries.isEmpty)
    }

    @Test("where there is no room the oldest give way, whosever they are, and are counted")
    func bound() async throws {
        let spool = spool(2 << 20)
        _ = try await spool.keep([entry(1, bytes: 50_000)], of: "old")
        for start in stride(from: 0, to: 100, by: 10) {
            let batch = (start..<(start + 10)).map { entry(UInt64($0) * 10 + 1, bytes: 50_000) }
            _ = try await spool.keep(batch, of: "p")
        }
        let (_, old) = try await spool.advance(of: "old", through: 0)
        #expect(old == SpoolStatus(calls: 0, dropped: 10))
        let (_, status) = try await spool.advance(of: "p", through: 0)
        #expect(status.dropped + UInt64(status.calls) == 1_000)
        // Nearly as many as fit, and not more.
        #expect(status.calls >= 330 && status.calls <= 410)
        let kept = try await drain(spool, "p")
        let newest = (100 - kept.count..<100).map { UInt64($0) * 10 + 1 }
        #expect(kept.map(\.first) == newest)
        #expect(kept.count * 10 == status.calls)
    }

    @Test("an empty spool gives the disk back")
    func givesBack() async throws {
        let spool = spool()
        _ = try await spool.keep(entries(200, bytes: 50_000), of: "p")
        #expect(try await drain(spool, "p").count == 200)
        await spool.close()
        #expect(try fileBytes < 100_000)
    }

    @Test("a producer that ended is forgotten")
    func forget() async throws {
        let spool = spool()
        _ = try await spool.keep(entries(3), of: "p")
        _ = try await spool.keep(entries(1), of: "q")
        try await spool.forget("p")
        #expect(try await drain(spool, "p").isEmpty)
        #expect(try await drain(spool, "q").count == 1)
    }

    @Test("several use one file at once")
    func several() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in ["a", "b", "c", "d"] {
                let spool = spool()
                group.addTask {
                    for entry in entries(50) { _ = try await spool.keep([entry], of: name) }
                    #expect(try await drain(spool, name) == entries(50))
                    await spool.close()
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("a damaged file is put aside, and the next call begins anew")
    func damaged() async throws {
        try directory.write(String(repeating: "no database ", count: 1_000), to: "spool.sqlite")
        let spool = spool()
        await #expect(throws: CallLogError.self) { _ = try await spool.keep([entry(1)], of: "p") }
        #expect(try await spool.keep([entry(1)], of: "p").calls == 10)
        #expect(FileManager.default.fileExists(atPath: path + ".damaged"))
    }

    @Test("where the folder cannot be written that is an error, and nothing else")
    func unwritable() async throws {
        try directory.write("", to: "file")
        let spool = Spool(path: directory.file("file/spool.sqlite"), logger: Logger(label: "test"))
        await #expect(throws: CallLogError.self) { _ = try await spool.keep([entry(1)], of: "p") }
        #expect(try await spool.advance(of: "p", through: 0).entries.isEmpty)
    }
}
