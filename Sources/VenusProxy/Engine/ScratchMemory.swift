/// The memory that a loop reads into: one read is understood and written on before the next, so one is enough.
struct ScratchMemory: ~Copyable {
    /// Room before ``input``, into which a head may grow when it is written anew.
    static let headroom = 2 << 10
    /// Bytes of a head or body taken in one read.
    static let readBytes = 128 << 10
    /// Bytes that may lie before those of a read: a head that was incomplete.
    static let keptBytes = 256 << 10

    private let base: UnsafeMutablePointer<UInt8>
    /// Sealed bytes taken from a socket in one read: fewer than ``readBytes`` by a record of TLS, the longest that may
    /// have been begun before (RFC 8446, section 5.1), so that all that was sealed finds room.
    static let sealedBytes = readBytes - (20 << 10)

    /// For sealed bytes, which are opened into ``input``.
    let sealed: UnsafeMutablePointer<UInt8>
    /// For a head that is being written.
    let head: UnsafeMutableBufferPointer<UInt8>

    init() {
        base = .allocate(capacity: Self.headroom + Self.keptBytes + Self.readBytes)
        sealed = .allocate(capacity: Self.sealedBytes)
        head = .allocate(capacity: Self.readBytes + Self.keptBytes + HeadSerializer.maximumGrowth)
    }

    deinit {
        base.deallocate()
        sealed.deallocate()
        head.deallocate()
    }

    /// Where reads go: ``keptBytes`` + ``readBytes`` from here, ``headroom`` before it.
    var input: UnsafeMutablePointer<UInt8> { base + Self.headroom }
}
