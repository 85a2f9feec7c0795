import Synchronization

/// Room for blocks that wait, shared by the shippers of one process: however many services there are, what waits for a
/// call log that is away stays within one bound.
public final class QueueRoom: Sendable {
    private let capacity: Int
    private let taken = Atomic<Int>(0)

    public init(bytes: Int) { capacity = bytes }

    /// Whether more than half is taken.
    var isScarce: Bool { taken.load(ordering: .relaxed) > capacity / 2 }

    /// Takes so many bytes of it, if they are there.
    func take(_ bytes: Int) -> Bool {
        guard taken.add(bytes, ordering: .relaxed).newValue <= capacity else {
            giveBack(bytes)
            return false
        }
        return true
    }

    func giveBack(_ bytes: Int) { taken.subtract(bytes, ordering: .relaxed) }
}
