import Glibc

/// Writes bytes into memory of a fixed size. Too much is not written and noted in ``isOverflowing``: the sender of a
/// head decides how long it is, so that is a value and not a trap.
package struct ByteSink {
    private let base: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    package private(set) var count = 0
    package private(set) var isOverflowing = false

    /// The memory must outlive the sink.
    package init(_ memory: UnsafeMutableBufferPointer<UInt8>) {
        precondition(!memory.isEmpty, "a sink needs room")
        // Not empty, so there is a base address.
        base = memory.baseAddress!
        capacity = memory.count
    }

    @inline(__always)
    package mutating func append(_ text: StaticString) {
        append(text.utf8Start, count: text.utf8CodeUnitCount)
    }

    @inline(__always)
    package mutating func append(_ byte: UInt8) {
        guard count < capacity else { return isOverflowing = true }
        base[count] = byte
        count &+= 1
    }

    /// The part of `source` from `start` to `end`.
    @inline(__always)
    package mutating func append(_ source: Span<UInt8>, from start: Int, to end: Int) {
        precondition(start >= 0 && start <= end && end <= source.count)
        source.withUnsafeBufferPointer { bytes in
            guard let first = bytes.baseAddress else { return }
            append(first + start, count: end - start)
        }
    }

    package mutating func append(_ source: Span<UInt8>, _ range: ByteRange) {
        append(source, from: range.start, to: range.end)
    }

    package mutating func append(decimal value: Int) {
        var digits: InlineArray<20, UInt8> = .init(repeating: 0)
        var rest = value.magnitude
        var place = 20
        repeat {
            place -= 1
            digits[place] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
            rest /= 10
        } while rest > 0
        for index in place..<20 { append(digits[index]) }
    }

    /// A buffer's bytes.
    package mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let first = bytes.baseAddress else { return }
        append(first, count: bytes.count)
    }

    @inline(__always)
    private mutating func append(_ source: UnsafePointer<UInt8>, count amount: Int) {
        guard amount <= capacity &- count else { return isOverflowing = true }
        memcpy(base + count, source, amount)
        count &+= amount
    }
}
