import Glibc

/// Bytes on their way between a stream and the loop. Whoever appends keeps to a bound.
struct ByteQueue {
    /// Memory that an empty queue keeps.
    private static let keptBytes = 16 << 10

    private var storage: [UInt8] = []
    private var start = 0

    var count: Int { storage.count - start }
    var isEmpty: Bool { storage.count == start }

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        if start > 0, start >= storage.count - start {
            storage.removeFirst(start)
            start = 0
        }
        storage.append(contentsOf: bytes)
    }

    mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { append($0) } }

    mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// The size line of a chunk (RFC 9112, section 7.1).
    mutating func append(chunkOf count: Int) {
        append(Array(String(count, radix: 16).utf8))
        append("\r\n")
    }

    /// Moves bytes off the front; how many there were, up to `capacity`.
    mutating func take(into memory: UnsafeMutablePointer<UInt8>, capacity: Int) -> Int {
        let amount = min(count, capacity)
        guard amount > 0 else { return 0 }
        storage.withUnsafeBufferPointer { bytes in
            guard let first = bytes.baseAddress else { return }
            memcpy(memory, first + start, amount)
        }
        start += amount
        if start == storage.count { removeAll() }
        return amount
    }

    mutating func removeAll() {
        storage.removeAll(keepingCapacity: storage.capacity <= Self.keptBytes)
        start = 0
    }
}
