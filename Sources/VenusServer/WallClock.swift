import Foundation

enum WallClock {
    /// Milliseconds since the epoch.
    @Sendable static func milliseconds() -> Int64 { Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down)) }
}
