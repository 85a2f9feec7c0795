import Foundation
import Glibc
import VenusStore

/// The records of a file, one by one. `-` is standard input.
final class RecordFileReader {
    /// A line that is longer is no record of ours.
    private static let maximumLineBytes = 16 << 20
    private static let chunkBytes = 1 << 20

    private let path: String
    private let handle: FileHandle
    private let decoder = JSONDecoder()
    private var buffer = Data()
    private var isAtEnd = false
    private(set) var line = 0

    init(path: String) throws {
        self.path = path
        guard let handle = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path) else {
            throw CommandFailure("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        self.handle = handle
    }

    /// The first line, which every file begins with.
    func header() throws -> StoredRecord.Header {
        guard let header = try? next()?.header, header.format == StoredRecord.Header.format else {
            throw CommandFailure("\(path) is no file that Venus wrote")
        }
        guard header.version <= StoredRecord.Header.version else {
            throw CommandFailure(
                "\(path) was written by Venus \(header.venus), in a form that this Venus is too old for")
        }
        return header
    }

    /// `nil` at the end of the file.
    func next() throws -> StoredRecord? {
        guard let text = try nextLine() else { return nil }
        line += 1
        do { return try decoder.decode(StoredRecord.self, from: text) } catch {
            throw CommandFailure("\(path), line \(line): not a record that Venus wrote")
        }
    }

    private func nextLine() throws -> Data? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffer = buffer[(end + 1)...] }
                return buffer[..<end]
            }
            guard !isAtEnd else { return buffer.isEmpty ? nil : buffer }
            guard buffer.count <= Self.maximumLineBytes else {
                throw CommandFailure("\(path), line \(line + 1): too long to be a record")
            }
            let chunk = try handle.read(upToCount: Self.chunkBytes) ?? Data()
            isAtEnd = chunk.isEmpty
            buffer = Data(buffer) + chunk
        }
    }
}
