import Glibc
package import VenusCore

/// A small file, mapped into memory, that says who this producer is, how many calls each of its loops recorded and how
/// many are under way there.
///
/// A count is a plain store on its loop. The file outlives a killed process, and its lock does not: so the next start
/// in the same directory knows that the producer ended, at which number, and how many calls it may have answered
/// without having recorded them. A machine that dies may leave older counts. The name is `PRODUCER.producer`.
package final class ProducerFile: @unchecked Sendable {
    // Sendable: everything but the mapped counts is immutable, and each count has one writer, the loop that it was
    // given to; others in this process read atomics alone.

    package static let suffix = ".producer"
    /// Most loops that one producer can have.
    package static let maximumLoops = 256
    private static let magic = Array("VENUSPR1".utf8)
    private static let headerBytes = 8_192
    /// A loop's counts have a cache line of their own.
    static let strideBytes = 64
    private static let totalBytes = headerBytes + maximumLoops * strideBytes

    private let path: String
    private let descriptor: CInt
    private let memory: UnsafeMutableRawPointer

    /// What a file says of its producer.
    package struct Content: Hashable {
        package var producer: Producer
        package var shard: Int
        package var version: String
        /// Calls recorded by all loops: that many numbers were given out, or would have been.
        package var recorded: UInt64
        /// Calls under way on all loops.
        package var callsInFlight: Int
    }

    /// Creates and locks the file of a producer that starts now.
    package init(directory: String, producer: Producer, shard: Int, version: String) throws(ProducerFileError) {
        try Self.makeDirectory(directory)
        var writer = ByteWriter()
        for text in [producer.id, producer.environment, producer.service, producer.instance, producer.host, version] {
            writer.append(text)
        }
        writer.append(UInt64(shard))
        let header = Self.magic + writer.bytes
        guard header.count <= Self.headerBytes else { throw ProducerFileError("the producer's names are too long") }

        // Locked under a passing name first: under its own, a file is never seen unlocked while its producer lives.
        let path = "\(directory)/\(Self.fileName(producer.id))"
        let passing = path + ".new"
        let descriptor = open(passing, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ProducerFileError("cannot create \(passing)", errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, Self.takeRoom(descriptor),
            header.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == header.count,
            rename(passing, path) == 0
        else {
            let failure = ProducerFileError("cannot write \(path)", errno)
            unlink(passing)
            close(descriptor)
            throw failure
        }
        let memory = mmap(nil, Self.totalBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let memory, memory != MAP_FAILED else {
            let failure = ProducerFileError("cannot map \(path)", errno)
            unlink(path)
            close(descriptor)
            throw failure
        }
        self.path = path
        self.descriptor = descriptor
        self.memory = memory
    }

    /// Takes all of the file's room now: where a disk is full later, a loop that counts in memory for which there is no
    /// room would end the process with SIGBUS.
    private static func takeRoom(_ descriptor: CInt) -> Bool {
        errno = posix_fallocate(descriptor, 0, off_t(totalBytes))
        return errno == 0
    }

    deinit {
        munmap(memory, Self.totalBytes)
        close(descriptor)
    }

    /// Where the loop of this number (below ``maximumLoops``) counts its calls, zeros at first; valid as long as the
    /// file.
    func counts(loop: Int) -> UnsafeMutablePointer<LoopCounts> {
        precondition(loop >= 0 && loop < Self.maximumLoops, "a producer has at most \(Self.maximumLoops) loops")
        return (memory + Self.headerBytes + loop * Self.strideBytes).assumingMemoryBound(to: LoopCounts.self)
    }

    /// After the producer's `end`: there is nothing left to close.
    package func remove() { unlink(path) }

    /// Reads a file that another process may have left; `nil` where it is none of ours, or damaged.
    package static func read(_ descriptor: CInt) -> Content? {
        var bytes = [UInt8](repeating: 0, count: totalBytes)
        let length = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard length == totalBytes, bytes.starts(with: magic) else { return nil }
        var reader = ByteReader(bytes[magic.count..<headerBytes])
        guard let id = try? reader.readString(), !id.isEmpty, let environment = try? reader.readString(),
            let service = try? reader.readString(), let instance = try? reader.readString(),
            let host = try? reader.readString(), let version = try? reader.readString(),
            let shard = try? reader.read(Int.self)
        else { return nil }
        var recorded: UInt64 = 0
        var callsInFlight = 0
        for loop in 0..<maximumLoops {
            let (count, inFlight) = bytes.withUnsafeBytes {
                let counts = UnsafeRawBufferPointer(rebasing: $0[(headerBytes + loop * strideBytes)...])
                return (counts.loadUnaligned(as: UInt64.self), counts.loadUnaligned(fromByteOffset: 8, as: Int.self))
            }
            let (sum, tooLarge) = recorded.addingReportingOverflow(count)
            guard !tooLarge, sum < UInt64(Int64.max) else { return nil }
            recorded = sum
            callsInFlight += Int(UInt32(clamping: inFlight))
        }
        return Content(
            producer: Producer(id: id, environment: environment, service: service, instance: instance, host: host),
            shard: shard, version: version, recorded: recorded, callsInFlight: callsInFlight)
    }

    /// The producer's id as a file name: what is not a plain character becomes `_`.
    private static func fileName(_ id: String) -> String {
        let plain = id.utf8.prefix(100).map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                byte
            default: UInt8(ascii: "_")
            }
        }
        return String(decoding: plain, as: UTF8.self) + suffix
    }

    private static func makeDirectory(_ directory: String) throws(ProducerFileError) {
        guard mkdir(directory, 0o700) != 0, errno != EEXIST else { return }
        throw ProducerFileError("cannot create \(directory)", errno)
    }
}
