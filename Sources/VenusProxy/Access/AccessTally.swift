import Synchronization

/// How many requests were refused for their credentials; written by every loop, and only then.
final class AccessTally: Sendable {
    let refused = Atomic<UInt64>(0)
}
