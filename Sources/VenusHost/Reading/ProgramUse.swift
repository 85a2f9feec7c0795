/// What programs use, put together from looks at some of the processes at a time: each process is compared with how it
/// was when its share was looked at before, or all of them were.
struct ProgramUse: Sendable {
    private struct Share: Sendable {
        var clock: Double
        var table: ProcessTable
        /// Since it was looked at before; `nil` the first time.
        var seconds: Double?
        /// Clock ticks by program, in that time.
        var ticks: [String: UInt64] = [:]
    }

    private var shares: [Int: Share] = [:]
    /// A look at all of them, which each share is compared with the first time.
    private var all: Share?
    private var count = 1

    init() {}

    mutating func take(_ table: ProcessTable, _ share: ProcessShare, at clock: Double) {
        if share.count != count {
            all = count == 1 ? shares[0] : nil
            (shares, count) = ([:], share.count)
        }
        var next = Share(clock: clock, table: table)
        if let before = shares[share.index] ?? all, clock > before.clock {
            next.seconds = clock - before.clock
            next.ticks = table.ticks(since: before.table)
        }
        shares[share.index] = next
        if shares.count == count { all = nil }
    }

    struct Totals {
        /// Clock ticks per second, by program.
        var ticks: [String: Double] = [:]
        var pages: [String: UInt64] = [:]
        /// What one share was looked at for, on average.
        var seconds = 0.0
    }

    /// `nil` where a share has not been looked at twice.
    var totals: Totals? {
        var totals = Totals()
        for index in 0..<count {
            guard let share = shares[index], let seconds = share.seconds else { return nil }
            for (name, ticks) in share.ticks { totals.ticks[name, default: 0] += Double(ticks) / seconds }
            for (name, pages) in share.table.residentPages { totals.pages[name, default: 0] &+= pages }
            totals.seconds += seconds / Double(count)
        }
        return totals
    }
}
