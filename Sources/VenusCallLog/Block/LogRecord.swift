public import VenusCore

/// What an entry of the call log says.
public enum LogRecord: Sendable, Hashable {
    /// `kind` is `calls`.
    case calls(CallsRecord)
    /// `kind` is `heartbeat`, or `end` (``Heartbeat/isEnd``).
    case heartbeat(Heartbeat)
    /// Written by a newer version of Venus: it waits for a reader that knows this `v`.
    case newerVersion(UInt64)
    /// Not an entry of ours, or a damaged one.
    case malformed(BlockDecodingError)
}
