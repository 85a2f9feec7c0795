import Synchronization

/// What one loop lets others see of itself. Only the loop writes.
final class RecorderGauge: Sendable {
    let callsInFlight = Atomic<Int>(0)
}
