import Glibc

/// A moment, on both of a machine's clocks.
package struct HostTime: Sendable, Hashable {
    /// Milliseconds since the epoch.
    package var at: Int64
    /// Seconds on a clock that is never set, and goes on in the machine's sleep.
    package var clock: Double

    package init(at: Int64, clock: Double) {
        self.at = at
        self.clock = clock
    }

    package static var now: HostTime {
        var (wall, boot) = (timespec(), timespec())
        clock_gettime(CLOCK_REALTIME, &wall)
        clock_gettime(CLOCK_BOOTTIME, &boot)
        return HostTime(
            at: Int64(wall.tv_sec) * 1_000 + Int64(wall.tv_nsec) / 1_000_000,
            clock: Double(boot.tv_sec) + Double(boot.tv_nsec) / 1e9)
    }
}
