import Foundation
import Logging
import TestSupport
import VenusStore

/// The databases against which the same behaviours are tested.
enum Backend: String, CaseIterable, Sendable, CustomStringConvertible {
    case sqlite = "SQLite"
    case postgres = "PostgreSQL"

    var description: String { rawValue }

    /// Runs `body` with an empty database.
    func withDatabase(_ body: (TestDatabase) async throws -> Void) async throws {
        let database = try await TestDatabase(self)
        do { try await body(database) } catch {
            await database.closeAll()
            throw error
        }
        await database.closeAll()
    }

    /// Runs `body` with a store on an empty database.
    func withStore(_ body: (any ServerStore) async throws -> Void) async throws {
        try await withDatabase { try await body(try await $0.open()) }
    }
}

/// One database of its own, and the stores opened on it.
actor TestDatabase {
    let backend: Backend
    /// A path, or a URL.
    let place: String
    private let directory: TemporaryDirectory?
    private var stores: [any ServerStore] = []

    init(_ backend: Backend) async throws {
        self.backend = backend
        switch backend {
        case .sqlite:
            let directory = try TemporaryDirectory("venus-store")
            self.directory = directory
            place = directory.file("venus.sqlite")
        case .postgres:
            directory = nil
            place = try await PostgresServer.shared().makeDatabase()
        }
    }

    func open(
        _ migrations: [Migration] = Migration.all, gate: StatementGate? = nil
    ) async throws -> any ServerStore {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let store: any ServerStore =
            switch backend {
            case .sqlite: try await SQLiteStore(path: place, migrations: migrations, logger: logger, gate: gate)
            case .postgres:
                try await PostgresStore(url: place, migrations: migrations, logger: logger, gate: gate)
            }
        stores.append(store)
        return store
    }

    func closeAll() async {
        for store in stores { await store.close() }
        stores = []
    }
}
