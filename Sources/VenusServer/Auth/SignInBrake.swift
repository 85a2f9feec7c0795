/// Slows guessing down: so many failures an address and minute, then a pause.
package struct SignInBrake: Sendable {
    package static let maximumFailures = 10
    /// Milliseconds in which failures add up, and how long the pause lasts at most.
    package static let period: Int64 = 60_000
    /// Addresses that are remembered; beyond, all others share one count.
    package static let maximumAddresses = 4_096

    private struct Count {
        var failures = 0
        var since: Int64
    }

    private var counts: [String: Count] = [:]

    package init() {}

    /// Seconds to wait before this address may try again; `nil` where it may now.
    package func retryAfter(address: String, now: Int64) -> Int64? {
        guard let count = counts[address] ?? counts[Self.others(address, counts)],
            count.failures >= Self.maximumFailures, now - count.since < Self.period
        else { return nil }
        return max(1, (count.since + Self.period - now + 999) / 1_000)
    }

    /// Counts an attempt as failed, before its outcome is known: many at once get no further than one after the other.
    package mutating func began(address: String, now: Int64) {
        if counts.count >= Self.maximumAddresses { counts = counts.filter { now - $0.value.since < Self.period } }
        let place = Self.others(address, counts)
        var count = counts[place] ?? Count(since: now)
        if now - count.since >= Self.period { count = Count(since: now) }
        count.failures += 1
        counts[place] = count
    }

    /// Takes the count of an attempt back that did not fail.
    package mutating func succeeded(address: String) {
        let place = Self.others(address, counts)
        counts[place]?.failures -= 1
        if counts[place]?.failures == 0 { counts[place] = nil }
    }

    private static func others(_ address: String, _ counts: [String: Count]) -> String {
        counts[address] != nil || counts.count < maximumAddresses ? address : ""
    }
}
