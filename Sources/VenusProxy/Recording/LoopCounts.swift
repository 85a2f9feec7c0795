import Synchronization

/// What one loop counts of its producer's calls: two words in the producer's file, in this order, where the next start
/// finds them after a kill. Only the loop writes.
///
/// A call is under way until it is recorded: whenever the process dies, one that was answered is in one of the two.
struct LoopCounts: ~Copyable {
    /// Calls recorded; nobody else in this process reads it.
    var recorded: UInt64 = 0
    /// Calls under way.
    let callsInFlight = Atomic<Int>(0)
}
