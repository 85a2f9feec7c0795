/// Deadlines of slots: one a slot, kept in a wheel of lists.
///
/// Moving a deadline later, which every request does, only stores a number: the entry is moved when the wheel comes
/// to it. Time is an input; the resolution is ``tick``.
package struct TimerWheel {
    /// Microseconds of one place in the wheel. A deadline fires up to this much late.
    package static let tick: UInt64 = 10_000
    private static let places = 1_024
    private static let none: Int32 = -1

    private struct Entry {
        var deadline = SteadyTime.distantFuture
        /// The tick whose list holds the entry; meaningless while `place` is `none`.
        var tick: UInt64 = 0
        var place: Int32 = TimerWheel.none
        var next: Int32 = TimerWheel.none
        var previous: Int32 = TimerWheel.none
    }

    private var entries: [Entry] = []
    private var heads = [Int32](repeating: none, count: places)
    /// One bit for each place that holds an entry.
    private var occupied = [UInt64](repeating: 0, count: places / 64)
    private var count = 0
    /// The last tick whose list has been emptied.
    private var current: UInt64

    package init(now: SteadyTime) { current = now.microseconds / Self.tick }

    /// Sets the deadline of `id`, which replaces the one before.
    package mutating func arm(_ id: Int32, at deadline: SteadyTime) {
        let index = Int(id)
        if index >= entries.count {
            entries.append(contentsOf: repeatElement(Entry(), count: index + 1 - entries.count))
        }
        entries[index].deadline = deadline
        if entries[index].place != Self.none {
            // Linked at or before the new deadline: it will be seen again in time.
            if entries[index].tick <= Self.tickAfter(deadline) { return }
            unlink(id)
        }
        link(id)
    }

    /// Forgets the deadline of `id`.
    package mutating func disarm(_ id: Int32) {
        guard Int(id) < entries.count else { return }
        entries[Int(id)].deadline = .distantFuture
    }

    /// Takes one id whose deadline has passed; call until `nil`.
    package mutating func expire(now: SteadyTime) -> Int32? {
        let target = now.microseconds / Self.tick
        if count == 0 {
            current = max(current, target)
            return nil
        }
        while true {
            let place = Int(current % UInt64(Self.places))
            while heads[place] != Self.none {
                let id = heads[place]
                guard entries[Int(id)].tick <= current else { break }
                unlink(id)
                if entries[Int(id)].deadline <= now {
                    entries[Int(id)].deadline = .distantFuture
                    return id
                }
                if entries[Int(id)].deadline != .distantFuture { link(id) }
            }
            guard current < target else { return nil }
            current += 1
        }
    }

    /// When something may be due; never before then.
    package var next: SteadyTime {
        guard count > 0 else { return .distantFuture }
        let here = Int(current % UInt64(Self.places))
        // The places ahead in the order in which they come, a word of 64 at a time.
        for step in 0...occupied.count {
            let word = (here / 64 + step) % occupied.count
            var bits = occupied[word]
            if step == 0 { bits &= ~UInt64(0) << UInt64(here % 64) }
            if step == occupied.count { bits &= ~(~UInt64(0) << UInt64(here % 64)) }
            guard bits != 0 else { continue }
            let place = word * 64 + bits.trailingZeroBitCount
            let distance = (place - here + Self.places) % Self.places
            return SteadyTime(microseconds: (current + UInt64(distance)) * Self.tick)
        }
        return .distantFuture
    }

    private static func tickAfter(_ deadline: SteadyTime) -> UInt64 {
        let (sum, overflow) = deadline.microseconds.addingReportingOverflow(tick - 1)
        return overflow ? .max : sum / tick
    }

    private mutating func link(_ id: Int32) {
        // At the farthest place if the deadline is beyond the wheel: it is linked anew from there.
        let tick = min(max(Self.tickAfter(entries[Int(id)].deadline), current + 1), current + UInt64(Self.places) - 1)
        let place = Int(tick % UInt64(Self.places))
        entries[Int(id)].tick = tick
        entries[Int(id)].place = Int32(place)
        entries[Int(id)].previous = Self.none
        entries[Int(id)].next = heads[place]
        if heads[place] != Self.none { entries[Int(heads[place])].previous = id }
        heads[place] = id
        occupied[place / 64] |= 1 << UInt64(place % 64)
        count += 1
    }

    private mutating func unlink(_ id: Int32) {
        let entry = entries[Int(id)]
        let place = Int(entry.place)
        if entry.previous == Self.none {
            heads[place] = entry.next
        } else {
            entries[Int(entry.previous)].next = entry.next
        }
        if entry.next != Self.none { entries[Int(entry.next)].previous = entry.previous }
        if heads[place] == Self.none { occupied[place / 64] &= ~(1 << UInt64(place % 64)) }
        entries[Int(id)].place = Self.none
        count -= 1
    }
}
