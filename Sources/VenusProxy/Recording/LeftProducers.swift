import Glibc
package import VenusCallLog
import VenusCore

/// Producers that were killed: their files are still in the state directory, and nobody holds the lock.
package struct LeftProducers {
    private let directory: String
    private let spool: Spool?

    /// - Parameter spool: where their blocks may wait.
    package init(directory: String, spool: Spool? = nil) {
        self.directory = directory
        self.spool = spool
    }

    /// Appends what waits on disk of each of them, in order, then its `end`, and removes its file. A producer that
    /// lives, or that another process is closing, is left alone.
    ///
    /// - Returns: the producers that were closed, and how many calls each had recorded.
    package func close(in callLog: any CallLog) async throws -> [ProducerFile.Content] {
        var closed: [ProducerFile.Content] = []
        for name in Self.names(in: directory) {
            guard let left = Left("\(directory)/\(name)") else { continue }
            if let content = left.content {
                let shard = content.shard % callLog.shards
                let dropped = try await sendSpooled(of: content.producer.id, to: shard, of: callLog)
                let end = Heartbeat(
                    producer: content.producer, next: content.recorded + 1,
                    callsInFlight: content.callsInFlight, callsQueued: 0, callsDropped: dropped,
                    version: content.version, isEnd: true, isUnclean: true)
                try await callLog.append(BlockEncoder.entry(end), to: shard)
                if spool?.exists == true { try await spool?.forget(content.producer.id) }
                closed.append(content)
            }
            left.remove()
        }
        return closed
    }

    /// - Returns: how many calls of the producer had to give way to others on disk.
    private func sendSpooled(of producer: String, to shard: Int, of callLog: any CallLog) async throws -> UInt64 {
        guard let spool, spool.exists else { return 0 }
        var appended: UInt64 = 0
        while true {
            let (entries, status) = try await spool.advance(of: producer, through: appended)
            guard !entries.isEmpty else { return status.dropped }
            for entry in entries {
                try await callLog.append(entry.fields, to: shard)
                appended = entry.last
            }
        }
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
