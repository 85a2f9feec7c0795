import CLinux

/// A point on the steady clock, in microseconds; compared only with others of the same machine and boot.
package struct SteadyTime: Sendable, Hashable, Comparable {
    package var microseconds: UInt64

    package init(microseconds: UInt64) { self.microseconds = microseconds }

    /// Now. About 25 ns.
    package static var now: SteadyTime { SteadyTime(microseconds: clinux_steady_microseconds()) }

    /// Before every other.
    package static let zero = SteadyTime(microseconds: 0)
    /// Never comes.
    package static let distantFuture = SteadyTime(microseconds: .max)

    package static func < (left: SteadyTime, right: SteadyTime) -> Bool { left.microseconds < right.microseconds }

    package static func + (time: SteadyTime, microseconds: UInt64) -> SteadyTime {
        let (sum, overflow) = time.microseconds.addingReportingOverflow(microseconds)
        return overflow ? .distantFuture : SteadyTime(microseconds: sum)
    }

    /// Microseconds from `earlier` to here, 0 if it is later.
    package func since(_ earlier: SteadyTime) -> UInt64 {
        microseconds > earlier.microseconds ? microseconds - earlier.microseconds : 0
    }
}

/// The wall clock, by the steady clock and an offset that is read anew each second, so that a call's start costs no
/// second clock reading.
struct WallClock {
    private var offset: Int64 = 0
    private var nextReading = SteadyTime.zero

    /// Microseconds since the epoch at `time`, which is now or a moment ago.
    mutating func microseconds(at time: SteadyTime) -> Int64 {
        if time >= nextReading {
            offset = clinux_wall_microseconds() - Int64(clinux_steady_microseconds())
            nextReading = time + 1_000_000
        }
        return Int64(time.microseconds) + offset
    }
}

extension Duration {
    /// In microseconds, clamped to 0 … 2⁶³ − 1.
    package var microseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < Int64.max / 1_000_000 - 1 else { return UInt64(Int64.max) }
        return UInt64(seconds) * 1_000_000 + UInt64(attoseconds / 1_000_000_000_000)
    }
}
