import Foundation
import Logging
import VenusCore
import VenusStore

/// Takes what is in a store to a file, and back into one.
struct StoreTransfer {
    /// So many records are written to the store at once.
    private static let batchRecords = 2_000
    private static let progressEvery = 100_000

    let store: any PortableStore

    /// Writes all records, and before them `files`.
    func export(to path: String, everything: Bool, files: [StoredRecord.File] = []) async throws {
        let writer = try RecordFileWriter(path: path)
        var random = SystemRandomNumberGenerator()
        try writer.begin(
            StoredRecord.Header(
                id: String(random.next(), radix: 36) + String(random.next(), radix: 36), venus: Version.current,
                writtenAt: Date().formatted(.iso8601)))
        for file in files {
            var record = StoredRecord()
            record.file = file
            try writer.append(record)
        }
        try await named {
            try await store.exportRecords(everything: everything) { record in
                try writer.append(record)
                if writer.records % Self.progressEvery == 0 { printError("\(writer.records) records written") }
            }
        }
        try writer.finish()
        printError("\(writer.records) records written\(path == "-" ? "" : " to \(path)")")
    }

    /// Reads a file into the store, and passes on the files in it. A file that was read in part goes on from there.
    func importFile(
        _ path: String, adding: Bool, everything: Bool, file: (StoredRecord.File) throws -> Void = { _ in }
    ) async throws {
        let reader = try RecordFileReader(path: path)
        let header = try reader.header()
        var progress: ImportProgress
        do {
            progress = try await store.beginImport(id: header.id, adding: adding, everything: everything)
        } catch let error as StoreError {
            let advice = error.code == .refused && !everything ? "; --add puts the file's history beside it" : ""
            throw CommandFailure(error.message + advice)
        }
        guard !progress.isWhole else { throw CommandFailure("\(path) is in this store already") }
        if progress.records > 0 { printError("going on after the first \(progress.records) records") }
        var seen = 0
        var batch: [StoredRecord] = []
        var end: StoredRecord.End?
        while let record = try reader.next() {
            guard end == nil else { throw CommandFailure("\(path) goes on after its end") }
            end = record.end
            if end != nil { continue }
            seen += 1
            if let content = record.file, everything { try file(content) }
            guard seen > progress.records else { continue }
            batch.append(everything ? record : record.history)
            guard batch.count == Self.batchRecords else { continue }
            progress = try await write(batch, progress)
            batch = []
            if seen % Self.progressEvery == 0 { printError("\(seen) records read") }
        }
        guard end?.records == seen else {
            throw CommandFailure(
                "\(path) is not whole: it ends after \(seen) records. They are in the store; the rest is missing")
        }
        progress = try await write(batch, progress)
        let whole = progress
        try await named { try await store.endImport(whole) }
        printError("\(seen) records read")
    }

    private func write(_ batch: [StoredRecord], _ progress: ImportProgress) async throws -> ImportProgress {
        guard !batch.isEmpty else { return progress }
        return try await named { try await store.importRecords(batch, into: progress) }
    }

    /// What the store refuses is a failure of the command, in words for people.
    private func named<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as StoreError { throw CommandFailure(error.message) }
    }
}

extension StoredRecord {
    /// Of a record what belongs to history; nothing of others.
    fileprivate var history: StoredRecord {
        var record = self
        record.session = nil
        record.user = nil
        record.key = nil
        record.audit = nil
        record.file = nil
        record.watched = nil
        record.alert = nil
        record.transition = nil
        record.evaluation = nil
        record.receiver = nil
        record.message = nil
        record.delivery = nil
        if record.setting?.name != "history.begin" { record.setting = nil }
        return record
    }
}

extension VenusConfiguration {
    /// The store that is configured, to read from: it must be there.
    func openPortableStore(_ data: DataDirectory) async throws -> any PortableStore {
        if store.url == nil, !FileManager.default.fileExists(atPath: data.store) {
            throw CommandFailure(
                "there is no store in \(data.path); name another directory by --data, or a store by --store-url")
        }
        return try await openEmptyStore(data)
    }

    /// The store that is configured; SQLite's is made where there is none.
    func openEmptyStore(_ data: DataDirectory) async throws -> any PortableStore {
        do {
            var logger = startLogging("store")
            // That a new store gets its tables is nothing to tell of here.
            logger.logLevel = max(logger.logLevel, .warning)
            guard let store = try await openStore(data, logger: logger) as? any PortableStore else {
                throw CommandFailure("this store cannot be moved")
            }
            return store
        } catch let error as StoreError {
            throw CommandFailure(error.message)
        }
    }
}
