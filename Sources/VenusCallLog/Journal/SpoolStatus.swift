/// What a ``Spool`` holds of one producer.
public struct SpoolStatus: Sendable, Hashable {
    /// Calls that wait to be appended.
    public var calls: Int
    /// Calls that were there and had to give way to newer ones, since the producer's start.
    public var dropped: UInt64

    public init(calls: Int = 0, dropped: UInt64 = 0) {
        self.calls = calls
        self.dropped = dropped
    }
}
