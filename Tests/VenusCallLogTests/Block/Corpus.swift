import Foundation
import VenusCallLog

/// Entries that are checked in, as the journal writes them: `NAME LENGTH`, newline, value, newline.
enum Corpus {
    static let directory = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Corpus/CallLog")

    static func entry(_ name: String) throws -> [EntryField] {
        try JournalEntryText.decode(Array(Data(contentsOf: directory.appendingPathComponent(name))))
    }

    static func all() throws -> [[EntryField]] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
            .filter { $0.hasSuffix(".entry") }.map(entry)
    }
}
