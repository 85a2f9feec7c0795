import CLinux

/// Gives memory back to the system once most of an analyzer's operations are forgotten: the allocator keeps what was freed
/// otherwise, for as long as the process lives.
package struct FreedMemory {
    /// Milliseconds.
    private static let interval: Int64 = 1_000
    /// Operations that have to be gone; fewer take less memory than is worth the work.
    package static let leastOperations = 1_000

    private let budget: KeyBudget
    private let clock: any WallClock
    private var pending = Pending()

    init(of budget: KeyBudget, clock: any WallClock) {
        self.budget = budget
        self.clock = clock
    }

    mutating func run(until stop: StopSignal) async {
        while !stop.isRaised, !Task.isCancelled {
            if pending.note(operations: budget.operationCount) { clinux_release_freed_memory() }
            await clock.sleep(until: clock.now + Self.interval)
        }
    }

    /// When it is worth while: half of the operations, of the most since the last time, are gone.
    package struct Pending {
        private var most = 0

        package init() {}

        /// Whether to give memory back now.
        package mutating func note(operations: Int) -> Bool {
            most = max(most, operations)
            guard most - operations >= FreedMemory.leastOperations, operations <= most / 2 else { return false }
            most = operations
            return true
        }
    }
}
