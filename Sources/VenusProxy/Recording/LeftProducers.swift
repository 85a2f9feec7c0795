import Glibc
package import VenusCallLog
import VenusCore

/// Producers that were killed: their files are still in the state directory, and nobody holds the lock.
package struct LeftProducers {
    private let directory: String

    package init(directory: String) { self.directory = directory }

    /// Appends the `end` of each of them and removes its file. A producer that lives, or that another process is
    /// closing, is left alone.
    ///
    /// - Returns: the producers that were closed, and how many calls each had recorded.
    package func close(in callLog: any CallLog) async throws -> [ProducerFile.Content] {
        var closed: [ProducerFile.Content] = []
        for name in Self.names(in: directory) {
            guard let left = Left("\(directory)/\(name)") else { continue }
            if let content = left.content {
                let end = Heartbeat(
                    producer: content.producer, next: content.recorded + 1, callsInFlight: 0, callsQueued: 0,
                    callsDropped: 0, version: content.version, isEnd: true, isUnclean: true)
                try await callLog.append(BlockEncoder.entry(end), to: content.shard % callLog.shards)
                closed.append(content)
            }
            left.remove()
        }
        return closed
    }

    /// A file whose lock is now ours.
    private final class Left: Sendable {
        private let path: String
        private let descriptor: CInt

        /// `nil` where the producer lives, or the file went away meanwhile.
        init?(_ path: String) {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            var status = stat()
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &status) == 0, status.st_nlink > 0 else {
                Glibc.close(descriptor)
                return nil
            }
            self.path = path
            self.descriptor = descriptor
        }

        deinit { Glibc.close(descriptor) }

        var content: ProducerFile.Content? { ProducerFile.read(descriptor) }
        func remove() { unlink(path) }
    }

    private static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(ProducerFile.suffix) { names.append(name) }
        }
        return names.sorted()
    }
}
