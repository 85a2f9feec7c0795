package import VenusCore

/// Adds up readings to minutes of UTC. A reading belongs to the minute that its middle is in.
package struct OpenMinute: Sendable {
    package private(set) var reading: HostReading?

    package init(_ reading: HostReading? = nil) { self.reading = reading }

    /// - Returns: minutes that are over: the one before, where this reading is of another, and its own, where it ends
    ///   it.
    package mutating func add(_ next: HostReading) -> [HostReading] {
        var over: [HostReading] = []
        if let open = reading, Self.minute(of: open) != Self.minute(of: next) {
            over.append(open)
            reading = nil
        }
        if reading?.add(next) == nil { reading = next }
        if let open = reading, open.end >= (Self.minute(of: open) + 1) * 60_000 {
            over.append(open)
            reading = nil
        }
        return over
    }

    /// What there is of a minute that began before `now` (milliseconds since the epoch) did; or of any.
    package mutating func take(before now: Int64? = nil) -> HostReading? {
        if let now, let open = reading, Self.minute(of: open) >= now / 60_000 { return nil }
        defer { reading = nil }
        return reading
    }

    private static func minute(of reading: HostReading) -> Int64 {
        (reading.start + (reading.end - reading.start) / 2) / 60_000
    }
}
