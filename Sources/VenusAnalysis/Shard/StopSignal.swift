import Synchronization

/// Says that it is time to come to an end; read by loops between their steps.
package final class StopSignal: Sendable {
    private let raised = Mutex(false)

    package init() {}

    package var isRaised: Bool { raised.withLock { $0 } }
    package func raise() { raised.withLock { $0 = true } }
}
