import Glibc

/// The credentials that one loop has found good, as they stand in the field: so that a key is decoded and hashed at its
/// first use on a loop, and then only compared. Confined to its loop's thread.
///
/// Only credentials that were good come in, so nobody without a key can push others out. Memory is taken once; it is
/// touched as far as it is used.
package struct CredentialCache: ~Copyable {
    /// Longest value that is kept; a longer one is checked each time.
    package static let maximumBytes = 256
    package static let capacity = 512
    /// Places in which a value may be.
    private static let ways = 4

    private struct Entry {
        var length: Int
        var recorder: Unmanaged<Recorder>?
    }

    private let entries: UnsafeMutablePointer<Entry>
    private let bytes: UnsafeMutablePointer<UInt8>
    /// The way that is given up next.
    private var turn = 0

    package init() {
        entries = .allocate(capacity: Self.capacity)
        entries.initialize(repeating: Entry(length: 0, recorder: nil), count: Self.capacity)
        bytes = .allocate(capacity: Self.capacity * Self.maximumBytes)
    }

    deinit {
        entries.deallocate()
        bytes.deallocate()
    }

    /// What is known of a value.
    package struct Place {
        /// To be looked at first, the next time.
        package var index: Int32
        package var recorder: Unmanaged<Recorder>?
    }

    /// What stands at this index, where the connection's last value stood; `nil` if it is not this value.
    @inline(__always)
    package func find(_ value: UnsafeBufferPointer<UInt8>, at index: Int32) -> Place? {
        // An entry without a value has the length 0.
        guard !value.isEmpty, index >= 0, index < Self.capacity else { return nil }
        let entry = entries[Int(index)]
        guard entry.length == value.count, holds(value, at: Int(index)) else { return nil }
        return Place(index: index, recorder: entry.recorder)
    }

    /// Where the value stands; `nil` if it does not.
    package func find(_ value: UnsafeBufferPointer<UInt8>) -> Place? {
        guard !value.isEmpty, value.count <= Self.maximumBytes else { return nil }
        let first = Self.firstWay(value)
        for index in first..<(first + Self.ways) where entries[index].length == value.count {
            if holds(value, at: index) { return Place(index: Int32(index), recorder: entries[index].recorder) }
        }
        return nil
    }

    /// Keeps a value that is good; its index, or -1 where it is too long.
    package mutating func insert(_ value: UnsafeBufferPointer<UInt8>, recorder: Unmanaged<Recorder>?) -> Int32 {
        guard let source = value.baseAddress, !value.isEmpty, value.count <= Self.maximumBytes else { return -1 }
        let first = Self.firstWay(value)
        let free = (first..<(first + Self.ways)).first { entries[$0].length == 0 }
        let index = free ?? first + turn
        if free == nil { turn = (turn + 1) % Self.ways }
        entries[index] = Entry(length: value.count, recorder: recorder)
        memcpy(bytes + index * Self.maximumBytes, source, value.count)
        return Int32(index)
    }

    /// Forgets all, and their bytes.
    package mutating func removeAll() {
        for index in 0..<Self.capacity where entries[index].length > 0 {
            explicit_bzero(bytes + index * Self.maximumBytes, entries[index].length)
            entries[index] = Entry(length: 0, recorder: nil)
        }
    }

    /// The hash has a secret seed, so that nobody can choose values that fall on one place.
    private static func firstWay(_ value: UnsafeBufferPointer<UInt8>) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(value))
        return Int(UInt(bitPattern: hasher.finalize()) % UInt(capacity / ways)) * ways
    }

    /// Compares as many bytes as the value has; it takes the same time wherever they differ.
    @inline(__always)
    private func holds(_ value: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        let known = bytes + index * Self.maximumBytes
        var difference: UInt8 = 0
        for place in 0..<value.count { difference |= value[place] ^ known[place] }
        return difference == 0
    }
}
