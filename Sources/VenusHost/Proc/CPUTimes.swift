/// A line of `/proc/stat`: how long processors were in each mode, in clock ticks since the start.
package struct CPUTimes: Sendable, Hashable {
    package enum Mode: Int, Sendable, CaseIterable {
        case user, nice, system, idle, iowait, interrupt, steal

        /// OpenTelemetry's `cpu.mode`.
        package var name: String { String(describing: self) }
    }

    private var ticks = SIMD8<UInt64>(repeating: 0)

    package init() {}

    /// Kernels before 2.6.11 lack the last ones, which are zero then. A guest's time is in `user` and `nice` already.
    init?(_ fields: inout ProcFields) {
        guard let first = fields.nextNumbers(4) else { return nil }
        for (place, value) in first.enumerated() { ticks[place] = value }
        ticks[Mode.iowait.rawValue] = fields.nextNumber() ?? 0
        let hardware = fields.nextNumber() ?? 0
        ticks[Mode.interrupt.rawValue] = hardware &+ (fields.nextNumber() ?? 0)
        ticks[Mode.steal.rawValue] = fields.nextNumber() ?? 0
    }

    package subscript(mode: Mode) -> UInt64 { ticks[mode.rawValue] }

    /// What was spent in each mode since then. `idle` and `iowait` are estimates of the kernel's that may go back a
    /// little: that is no time at all.
    package func since(_ previous: CPUTimes) -> CPUTimes {
        var difference = self
        difference.ticks.replace(with: 0, where: ticks .< previous.ticks)
        difference.ticks &-= previous.ticks.replacing(with: 0, where: ticks .< previous.ticks)
        return difference
    }

    /// In all modes; the clock ticks of some centuries do not overflow.
    package var total: UInt64 { ticks.wrappedSum() }

    /// The share of a mode, 0 … 1; `nil` where no time has passed.
    package func share(of mode: Mode) -> Double? { total > 0 ? Double(self[mode]) / Double(total) : nil }

    /// The share in which work was done: neither `idle` nor `iowait`.
    package var busyShare: Double? {
        guard total > 0 else { return nil }
        return Double(total &- self[.idle] &- self[.iowait]) / Double(total)
    }
}
