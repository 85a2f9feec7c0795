import Foundation

/// The time of day, and waiting for it; tests bring their own.
public protocol WallClock: Sendable {
    /// Milliseconds since the epoch, UTC.
    var now: Int64 { get }
    /// Returns at `instant` (milliseconds since the epoch), or at once where that is past, or when the task is
    /// cancelled.
    func sleep(until instant: Int64) async
}

/// The system's clock.
public struct SystemWallClock: WallClock {
    public init() {}

    public var now: Int64 { Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down)) }

    public func sleep(until instant: Int64) async {
        let wait = instant - now
        guard wait > 0 else { return }
        // An early end by cancellation is part of the promise.
        try? await Task.sleep(for: .milliseconds(wait))
    }
}
