import Glibc

/// Bytes that wait: read but not yet understood, or not yet written. Empty buffers hold no memory.
///
/// A plain value that the slot of a connection carries; it must go back to the ``BufferPool`` it came from.
struct Buffer {
    fileprivate(set) var base: UnsafeMutablePointer<UInt8>?
    private(set) var start = 0
    private(set) var end = 0
    /// Place among ``BufferPool/sizes``.
    fileprivate(set) var sizeClass = 0

    var count: Int { end - start }
    var isEmpty: Bool { end == start }
    var capacity: Int { base == nil ? 0 : BufferPool.sizes[sizeClass] }

    /// The bytes; valid until the buffer changes.
    var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: base.map { UnsafePointer($0 + start) }, count: count)
    }

    /// Takes `amount` bytes off the front.
    mutating func consume(_ amount: Int) {
        precondition(amount >= 0 && amount <= count, "more consumed than there is")
        start += amount
        if start == end {
            start = 0
            end = 0
        }
    }

    fileprivate mutating func append(_ source: UnsafePointer<UInt8>, count amount: Int) {
        guard let base, amount >= 0, amount <= capacity - end else { preconditionFailure("a buffer too small") }
        memcpy(base + end, source, amount)
        end += amount
    }

    fileprivate mutating func moveToFront() {
        guard let base, start > 0 else { return }
        memmove(base, base + start, count)
        end -= start
        start = 0
    }
}

/// The memory of one loop's buffers, in four sizes. Bounded twice: how much may be in use, and how much is kept free.
struct BufferPool: ~Copyable {
    static let sizes: InlineArray<4, Int> = [4 << 10, 16 << 10, 64 << 10, 256 << 10]

    /// Bytes in use at most; beyond, ``append(_:count:to:)`` fails and the connection that needs them is given up.
    let maximumBytes: Int
    /// Bytes kept for reuse at most.
    let maximumFreeBytes: Int
    private(set) var bytesInUse = 0
    private(set) var bytesFree = 0
    private var free: InlineArray<4, [UnsafeMutablePointer<UInt8>]> = .init(repeating: [])

    init(maximumBytes: Int, maximumFreeBytes: Int) {
        self.maximumBytes = maximumBytes
        self.maximumFreeBytes = maximumFreeBytes
    }

    deinit {
        for place in free.indices { for base in free[place] { base.deallocate() } }
    }

    /// Appends a copy of the bytes; `false`, and nothing done, when the largest size or the pool's bound is exceeded.
    mutating func append(_ source: UnsafePointer<UInt8>, count: Int, to buffer: inout Buffer) -> Bool {
        guard count > 0 else { return true }
        if buffer.base == nil || buffer.end + count > buffer.capacity {
            guard makeRoom(for: buffer.count + count, in: &buffer) else { return false }
        }
        buffer.append(source, count: count)
        return true
    }

    private mutating func makeRoom(for total: Int, in buffer: inout Buffer) -> Bool {
        if buffer.base != nil, total <= buffer.capacity {
            buffer.moveToFront()
            return true
        }
        guard let size = Self.sizes.indices.first(where: { Self.sizes[$0] >= total }),
            bytesInUse - buffer.capacity + Self.sizes[size] <= maximumBytes
        else { return false }
        var larger = take(size)
        if let base = buffer.base { larger.append(base + buffer.start, count: buffer.count) }
        release(&buffer)
        buffer = larger
        return true
    }

    private mutating func take(_ size: Int) -> Buffer {
        var buffer = Buffer()
        buffer.sizeClass = size
        bytesInUse += Self.sizes[size]
        if let base = free[size].popLast() {
            bytesFree -= Self.sizes[size]
            buffer.base = base
        } else {
            buffer.base = .allocate(capacity: Self.sizes[size])
        }
        return buffer
    }

    /// Takes the memory back; the buffer is empty afterwards.
    mutating func release(_ buffer: inout Buffer) {
        guard let base = buffer.base else { return }
        let size = Self.sizes[buffer.sizeClass]
        bytesInUse -= size
        if bytesFree + size <= maximumFreeBytes {
            free[buffer.sizeClass].append(base)
            bytesFree += size
        } else {
            base.deallocate()
        }
        buffer = Buffer()
    }
}
