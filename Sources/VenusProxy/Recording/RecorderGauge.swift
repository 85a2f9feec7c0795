import Synchronization

/// What one loop lets others see of itself. Only the loop writes.
final class RecorderGauge: Sendable {
    let callsInFlight = Atomic<Int>(0)
    /// Calls that the egress policy denied, since the start.
    let callsDenied = Atomic<UInt64>(0)
    /// Calls that went out and that the policy would deny if it were enforced.
    let callsWouldBeDenied = Atomic<UInt64>(0)
}
