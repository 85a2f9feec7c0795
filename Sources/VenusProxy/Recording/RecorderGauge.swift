import Synchronization

/// What the egress policy made of the calls of one loop. Only the loop writes.
final class RecorderGauge: Sendable {
    /// Calls that the egress policy denied, since the start.
    let callsDenied = Atomic<UInt64>(0)
    /// Calls that went out and that the policy would deny if it were enforced.
    let callsWouldBeDenied = Atomic<UInt64>(0)
}
