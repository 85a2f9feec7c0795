import Foundation
import Logging
import TestSupport
import Testing
import VenusStore

@Suite("The file of SQLite")
struct SQLiteStoreTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func permissions(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("only its owner can read it and its companions, also where it was open before")
    func permissions() async throws {
        let directory = try TemporaryDirectory("venus-store")
        let path = directory.file("venus.sqlite")
        for _ in 0..<2 {
            let store = try await SQLiteStore(path: path, logger: logger)
            try await store.setSetting("name", to: "value", ifAbsent: false)
            for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
                #expect(try permissions(directory.file(name)) == 0o600, "\(name)")
            }
            await store.close()
            #expect(chmod(path, 0o644) == 0)
        }
    }

    @Test("a path that cannot be, and a file that is no database, are refused with the reason")
    func refused() async throws {
        let directory = try TemporaryDirectory("venus-store")
        let missing = await #expect(throws: StoreError.self) {
            _ = try await SQLiteStore(path: directory.file("missing/venus.sqlite"), logger: logger)
        }
        #expect(missing?.code == .refused)
        #expect(missing?.message.contains("missing/venus.sqlite") == true)
        let path = try directory.write(String(repeating: "no database at all\n", count: 1_000), to: "text")
        let noise = await #expect(throws: StoreError.self) { _ = try await SQLiteStore(path: path, logger: logger) }
        #expect(noise?.code == .corrupt)
    }

    @Test("a closed store says that it is unavailable")
    func closed() async throws {
        let directory = try TemporaryDirectory("venus-store")
        let store = try await SQLiteStore(path: directory.file("venus.sqlite"), logger: logger)
        await store.close()
        await store.close()
        #expect(try await storeErrorCode { try await store.ping() } == .unavailable)
        #expect(
            try await storeErrorCode { try await store.setSetting("a", to: "b", ifAbsent: false) } == .unavailable)
    }
}
