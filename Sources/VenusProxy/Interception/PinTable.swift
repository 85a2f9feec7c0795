/// Which clients have turned our certificate down for which hosts, without I/O. Time is an input, in seconds since the
/// epoch.
///
/// A client that turns it down twice for a host is passed through there from then on, until the pin expires: it is then
/// intercepted once more, and learned again if need be. A tunnel that works in between changes nothing: behind one
/// address there may be programs that pin and programs that do not.
package struct PinTable: Sendable {
    /// A pin with its times, in seconds since the epoch.
    package struct Pin: Sendable, Hashable {
        package var learned: Int64
        package var expires: Int64

        package init(learned: Int64, expires: Int64) {
            self.learned = learned
            self.expires = expires
        }
    }

    package enum Verdict: Sendable, Hashable {
        /// It may have been an accident.
        case counted
        /// From now on it is passed through.
        case learned(Pin)
    }

    /// How often a client has to turn our certificate down.
    package static let strikesToLearn = 2
    /// Seconds after which a first time is forgotten.
    package static let strikeLifetime: Int64 = 86_400
    package static let maximumPins = 10_000
    /// Clients and hosts with one refusal.
    package static let maximumStrikes = 4_096

    /// Seconds that a pin lasts.
    private let lifetime: Int64
    package private(set) var pins: [PinnedHost: Pin] = [:]
    private var strikes: RecencyTable<PinnedHost, (count: Int, last: Int64)>

    package init(lifetime: Int64) {
        self.lifetime = lifetime
        strikes = RecencyTable(maximumEntries: Self.maximumStrikes, maximumBytes: .max)
    }

    /// Whether to pass a client's tunnel to a host through.
    package func isPinned(_ host: PinnedHost, now: Int64) -> Bool {
        guard let pin = pins[host] else { return false }
        return now < pin.expires
    }

    /// A client has turned our certificate down.
    package mutating func rejected(_ host: PinnedHost, now: Int64) -> Verdict {
        let before = strikes.use(host).flatMap { now - $0.last < Self.strikeLifetime ? $0.count : nil } ?? 0
        guard before + 1 >= Self.strikesToLearn else {
            strikes.set(host, (before + 1, now), bytes: 0)
            return .counted
        }
        strikes.remove(host)
        let pin = Pin(learned: now, expires: now + lifetime)
        add(host, pin, now: now)
        return .learned(pin)
    }

    /// Takes other pins in the place of its own: those that the file has.
    package mutating func replace(with pins: [PinnedHost: Pin], now: Int64) {
        self.pins = [:]
        for (host, pin) in pins where now < pin.expires { add(host, pin, now: now) }
    }

    /// A full table forgets what has expired, and if need be the pin that expires first.
    private mutating func add(_ host: PinnedHost, _ pin: Pin, now: Int64) {
        if pins[host] == nil, pins.count >= Self.maximumPins {
            pins = pins.filter { now < $0.value.expires }
            if pins.count >= Self.maximumPins, let first = pins.min(by: { $0.value.expires < $1.value.expires }) {
                pins[first.key] = nil
            }
        }
        pins[host] = pin
    }
}
