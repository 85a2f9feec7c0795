public import VenusCore

/// Records the calls of one event loop; confined to its thread.
///
/// No `String`, no allocation and no lock per call: a lock is taken once a block.
public final class Recorder {
    private let shipper: CallShipper

    init(shipper: CallShipper) { self.shipper = shipper }

    /// Whether calls wait for ``flush()``: the loop flushes at most 100 ms after the first of them.
    public private(set) var hasPending = false

    /// The operation that these bytes name: the host in lower case, an unknown method as `_OTHER`, the path as its
    /// template. `path` is ignored for ``Scheme/tcp``.
    public func intern(
        scheme: Scheme, host: UnsafeBufferPointer<UInt8>, port: UInt16, method: UnsafeBufferPointer<UInt8>,
        path: UnsafeBufferPointer<UInt8>, networkProtocol: NetworkProtocol
    ) -> OperationID { OperationID(rawValue: 0) }

    /// Counts a call as under way; ``record(_:)`` ends it.
    public func callStarted() {}

    /// Records the end of a call that ``callStarted()`` began; `call.operation` holds the raw value of its
    /// ``OperationID``. Hands the block over by itself once it is full.
    public func record(_ call: Call) {}

    /// Hands over what is pending.
    public func flush() {}
}
