import Glibc
package import VenusCore

/// Minutes that the server may not have yet, in files of a folder, and the minute that is open. For one thread, and one
/// process.
///
/// Each minute is a file, named by its number, written before it is sent and removed once the server has settled it;
/// the open minute is another, written with every reading. Whenever the process dies, the next begins with what there
/// is: a number is given once, and a minute that was sent is sent again under the same. Where the numbers are lost, a
/// new producer begins. A minute that cannot be written, as on a disk that is full, waits in memory: it is sent like
/// any other, and lost with the process.
package final class ReadingSpool {
    /// A day and an hour of minutes.
    package static let defaultReadings = 1_500
    /// Minutes that are kept in memory at most while they cannot be written.
    package static let maximumUnwritten = 60
    private static let openName = "open"
    private static let suffix = ".reading"

    private let folder: String
    private let maximumReadings: Int
    /// In order.
    private var numbers: [UInt64] = []
    /// Of these, the minutes that are in memory only.
    private var unwritten: [UInt64: SpoolFile] = [:]
    package private(set) var producer: String
    /// Of the open minute.
    private var sequence: UInt64
    package private(set) var dropped: UInt64
    /// Files that could not be written.
    package private(set) var failures: UInt64 = 0

    /// - Parameters:
    ///   - folder: is made where it is missing, for its owner alone.
    ///   - newProducer: a random name.
    ///   - open: what was there of the minute that was open when the last process ended.
    package init(
        folder: String, maximumReadings: Int = defaultReadings, newProducer: String, open: inout HostReading?
    ) throws(SpoolError) {
        self.folder = folder
        self.maximumReadings = max(1, maximumReadings)
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw SpoolError(folder, errno) }
        guard access(folder, W_OK | X_OK) == 0 else { throw SpoolError(folder, errno) }
        numbers = Self.numbers(in: folder)
        open = nil
        if let bytes = Self.read(folder + "/" + Self.openName), let file = SpoolFile(bytes) {
            producer = file.producer
            dropped = file.dropped
            sequence = file.sequence
            // Its minute is a file already where the process died in between.
            if numbers.last == sequence { sequence += 1 } else { open = file.reading }
        } else {
            producer = newProducer
            dropped = 0
            sequence = (numbers.last ?? 0) + 1
        }
    }

    package var count: Int { numbers.count }

    /// Keeps what there is of the open minute, should the process die.
    package func keep(_ open: HostReading?) { writeOpen(open, synchronously: false) }

    /// Keeps a minute that is over until it is settled. The oldest give way where there are too many.
    package func append(_ reading: HostReading) {
        while numbers.count >= maximumReadings {
            remove(numbers.removeFirst())
            dropped += 1
        }
        let file = SpoolFile(producer: producer, sequence: sequence, dropped: dropped, reading: reading)
        if !write(file, to: name(sequence), synchronously: true) {
            // Its number must not be given again by the next process, which begins anew without the open file.
            guard removeOpen() else {
                dropped += 1
                return
            }
            if unwritten.count >= Self.maximumUnwritten, let oldest = unwritten.keys.min() { drop(oldest) }
            unwritten[sequence] = file
        }
        numbers.append(sequence)
        sequence += 1
        writeOpen(nil, synchronously: true)
    }

    /// The oldest minutes, in order, of one producer.
    package func oldest(_ limit: Int) -> (producer: String, items: [ReadingsBatch.Item]) {
        var items: [ReadingsBatch.Item] = []
        var owner = producer
        var garbled: [UInt64] = []
        for number in numbers {
            guard items.count < limit else { break }
            let kept = unwritten[number] ?? Self.read(name(number)).flatMap { SpoolFile($0) }
            guard let file = kept, let reading = file.reading else {
                garbled.append(number)
                continue
            }
            if items.isEmpty { owner = file.producer }
            guard file.producer == owner else { break }
            items.append(ReadingsBatch.Item(sequence: number, reading: reading))
        }
        for number in garbled { drop(number) }
        return (owner, items)
    }

    /// Removes what the server has settled.
    package func settle(_ items: [ReadingsBatch.Item]) {
        let settled = Set(items.map(\.sequence))
        for number in numbers where settled.contains(number) { remove(number) }
        numbers.removeAll { settled.contains($0) }
    }

    /// Removes what will never be settled.
    package func drop(_ number: UInt64) {
        guard let place = numbers.firstIndex(of: number) else { return }
        numbers.remove(at: place)
        remove(number)
        dropped += 1
    }

    // MARK: Files

    private func name(_ number: UInt64) -> String {
        let digits = String(number)
        return folder + "/" + String(repeating: "0", count: max(0, 20 - digits.count)) + digits + Self.suffix
    }

    private func remove(_ number: UInt64) {
        if unwritten.removeValue(forKey: number) == nil { unlink(name(number)) }
    }

    private var openName: String { folder + "/" + Self.openName }

    /// - Returns: whether it is gone.
    private func removeOpen() -> Bool { unlink(openName) == 0 || errno == ENOENT }

    private func writeOpen(_ open: HostReading?, synchronously: Bool) {
        let file = SpoolFile(producer: producer, sequence: sequence, dropped: dropped, reading: open)
        // Numbers of an older file would be given again: without it, there is a new producer.
        if !write(file, to: openName, synchronously: synchronously) { _ = removeOpen() }
    }

    /// Writes the file as a whole, or leaves what was there.
    private func write(_ file: SpoolFile, to name: String, synchronously: Bool) -> Bool {
        let temporary = folder + "/new"
        let descriptor = Glibc.open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            failures += 1
            return false
        }
        var isWritten = true
        file.bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    isWritten = false
                    return
                }
                rest = rest.dropFirst(count)
            }
        }
        if isWritten, synchronously { isWritten = fsync(descriptor) == 0 }
        close(descriptor)
        if isWritten { isWritten = rename(temporary, name) == 0 }
        if !isWritten { failures += 1 }
        return isWritten
    }

    private static func read(_ name: String) -> [UInt8]? {
        let descriptor = Glibc.open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size <= SpoolFile.maximumBytes else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress.map { $0 + filled }, $0.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            filled += count
        }
        return bytes
    }

    private static func numbers(in folder: String) -> [UInt64] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var numbers: [UInt64] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(suffix), let number = UInt64(name.dropLast(suffix.count)),
                number <= SpoolFile.maximumNumber
            else { continue }
            numbers.append(number)
        }
        return numbers.sorted()
    }
}

/// Why readings cannot be kept.
package struct SpoolError: Error, Sendable, CustomStringConvertible {
    package let folder: String
    package let reason: String

    init(_ folder: String, _ code: Int32) {
        self.folder = folder
        reason = String(cString: strerror(code))
    }

    package var description: String { "readings cannot be kept in \(folder): \(reason)" }
}
