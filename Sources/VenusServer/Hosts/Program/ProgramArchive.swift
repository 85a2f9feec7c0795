import Crypto
import Hummingbird
import NIOCore
import NIOPosix

/// This server's own program and the libraries that it runs with, as a tar archive that is made while it is sent: an
/// agent's machine needs neither Swift nor any library of ours. Nothing of it is held but a chunk for each of at most
/// ``maximumAtOnce`` who fetch it.
actor ProgramArchive {
    static let maximumAtOnce = 4
    private static let chunkBytes = 1 << 18

    struct Content: Sendable {
        var files: [ProgramFile]
        /// Of the archive.
        var bytes: Int
        /// Of the archive, in hexadecimal digits.
        var sha256: String
    }

    private enum Failure: Error { case changed }

    private var content: Task<Content, any Error>?
    private var fetching = 0

    /// Found and summed up when first asked for, off the loops; throws where a file of it is not there any more.
    func describe() async throws -> Content {
        if let content { return try await content.value }
        let task = Task { try await NIOThreadPool.singleton.runIfActive { try Self.sum() } }
        content = task
        do { return try await task.value } catch {
            content = nil
            throw error
        }
    }

    /// Whether one more may fetch it.
    var hasRoom: Bool { fetching < Self.maximumAtOnce }

    private func begin() -> Bool {
        guard hasRoom else { return false }
        fetching += 1
        return true
    }

    private func end() { fetching -= 1 }

    /// The archive, piece by piece.
    nonisolated func body(_ content: Content) -> ResponseBody {
        ResponseBody(contentLength: content.bytes) { writer in
            // Of several who were let in at once, one may be too many: it gets no more than the head.
            guard await self.begin() else { throw Problem.busy }
            do {
                for file in content.files {
                    try await writer.write(ByteBuffer(bytes: file.header))
                    var place = 0
                    while place < file.bytes {
                        let from = place
                        let chunk = try await NIOThreadPool.singleton.runIfActive { try Self.chunk(file, from) }
                        place += chunk.readableBytes
                        try await writer.write(chunk)
                    }
                    try await writer.write(ByteBuffer(repeating: 0, count: TarHeader.padding(file.bytes)))
                }
                try await writer.write(ByteBuffer(repeating: 0, count: 2 * TarHeader.blockBytes))
                try await writer.finish(nil)
            } catch {
                await self.end()
                throw error
            }
            await self.end()
        }
    }

    private static func chunk(_ file: ProgramFile, _ place: Int) throws -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: chunkBytes)
        let wanted = min(chunkBytes, file.bytes - place)
        let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { room in
            file.read(at: place, into: UnsafeMutableRawBufferPointer(rebasing: room[..<wanted])) ?? 0
        }
        // Shorter than it was: what was said of the archive no longer holds.
        guard count > 0 else { throw Failure.changed }
        return buffer
    }

    private static func sum() throws -> Content {
        guard let files = ProgramFiles.own() else { throw Failure.changed }
        var hash = SHA256()
        var bytes = 0
        for file in files {
            hash.update(data: file.header)
            var place = 0
            while place < file.bytes {
                let chunk = try chunk(file, place)
                chunk.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
                place += chunk.readableBytes
            }
            hash.update(data: [UInt8](repeating: 0, count: TarHeader.padding(file.bytes)))
            bytes += TarHeader.blockBytes + file.bytes + TarHeader.padding(file.bytes)
        }
        hash.update(data: [UInt8](repeating: 0, count: 2 * TarHeader.blockBytes))
        let digits = hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return Content(files: files, bytes: bytes + 2 * TarHeader.blockBytes, sha256: digits)
    }
}

extension ProgramFile {
    fileprivate var header: [UInt8] {
        TarHeader.bytes(name: name, bytes: bytes, isExecutable: isExecutable, modified: modified)
    }
}
