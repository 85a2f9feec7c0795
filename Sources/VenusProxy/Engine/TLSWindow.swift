import COpenSSL

/// Where the sessions of a loop find what has come from their sockets: each call takes all of it, or ends its session.
struct TLSWindow: ~Copyable {
    let pointer: UnsafeMutablePointer<copenssl_window>

    /// One kind for the process. OpenSSL never changes it.
    nonisolated(unsafe) private static let sharedMethod = copenssl_make_window_method()

    /// Without memory for it, no session can be opened.
    var method: OpaquePointer? { Self.sharedMethod }

    init() {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: copenssl_window())
    }

    deinit { pointer.deallocate() }

    var isEmpty: Bool { pointer.pointee.count == 0 }

    /// Nothing has come; what a session that failed has left over is gone.
    func clear() { pointer.pointee.count = 0 }

    /// The bytes are there until the next call of a session.
    func fill(_ bytes: UnsafePointer<UInt8>, count: Int) {
        pointer.pointee = copenssl_window(bytes: bytes, count: count)
    }
}
