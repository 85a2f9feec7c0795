public import VenusCore

/// One stored bucket of a host's readings.
public struct HostBucket: Sendable, Hashable {
    /// Start of the bucket, seconds since the epoch, a multiple of the tier's length.
    public var bucket: Int64
    public var reading: HostReading

    public init(bucket: Int64, reading: HostReading) {
        self.bucket = bucket
        self.reading = reading
    }
}
