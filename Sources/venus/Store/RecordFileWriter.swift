import Foundation
import Glibc
import VenusStore

/// A file of records that is being written: one line of JSON each, readable by its owner alone. `-` is standard output.
///
/// A file that is there is never written over. One that is not finished goes away again.
final class RecordFileWriter: @unchecked Sendable {
    // Unchecked: one caller at a time, first the command, then the store's thread, then the command again.
    private static let bufferBytes = 1 << 20

    private let path: String
    private let descriptor: Int32
    private let encoder = JSONEncoder()
    private var buffer = Data()
    private(set) var records = 0
    private var isFinished = false

    init(path: String) throws {
        let opened =
            path == "-"
            ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            if errno == EEXIST { throw CommandFailure("there is a file \(path) already; choose another name") }
            throw Self.failure("cannot create \(path)")
        }
        // Only now: what was begun and not finished is removed, but nothing that others made.
        self.path = path
        descriptor = opened
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A reader that goes away is an error of ours to tell, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
    }

    deinit {
        close(descriptor)
        if !isFinished, path != "-" { unlink(path) }
    }

    func begin(_ header: StoredRecord.Header) throws {
        var record = StoredRecord()
        record.header = header
        try put(record)
    }

    func append(_ record: StoredRecord) throws {
        try put(record)
        records += 1
    }

    /// Writes the last line; the file is whole, and on the disk.
    func finish() throws {
        var record = StoredRecord()
        record.end = StoredRecord.End(records: records)
        try put(record)
        try flush()
        if path != "-" {
            guard fsync(descriptor) == 0 else { throw Self.failure("cannot write \(path)") }
        }
        isFinished = true
    }

    private func put(_ record: StoredRecord) throws {
        buffer += try encoder.encode(record)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    private func flush() throws {
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("cannot write \(path)") }
            rest = rest.dropFirst(count)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private static func failure(_ what: String) -> CommandFailure {
        CommandFailure("\(what): \(String(cString: strerror(errno)))")
    }
}
