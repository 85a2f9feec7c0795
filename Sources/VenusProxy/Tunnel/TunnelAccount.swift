/// The bytes of a tunnel, which of them have been recorded, and when the rest of them is due.
///
/// Every byte is recorded once: with the tunnel's call, with an exchange seen inside, or as activity. Without I/O.
package struct TunnelAccount: Sendable {
    /// Bytes in both directions.
    package struct Bytes: Sendable, Hashable {
        /// From the client.
        package var sent: UInt64
        /// From the dependency.
        package var received: UInt64

        package init(sent: UInt64 = 0, received: UInt64 = 0) {
            self.sent = sent
            self.received = received
        }
    }

    /// What the account's timer asks for.
    package enum Due: Sendable, Hashable {
        case nothing
        /// Neither side has shown what the tunnel carries: record it as it is.
        case establishment
        case activity
    }

    /// All bytes since the tunnel opened.
    package private(set) var total = Bytes()
    private var recorded = Bytes()
    /// When activity was last recorded, or the tunnel opened.
    package private(set) var since = SteadyTime.zero
    /// When to ask ``due(at:)``; only while bytes move.
    package private(set) var dueAt = SteadyTime.distantFuture
    /// Microseconds.
    private var interval: UInt64 = 0
    /// Whether the tunnel's call has been recorded.
    package private(set) var isRecorded = false
    /// Whether bytes are recorded while the tunnel is open, and not with exchanges.
    package var recordsActivity = true

    package init() {}

    /// `interval`: microseconds between two records of activity.
    package init(openedAt time: SteadyTime, interval: UInt64) {
        self.interval = interval
        since = time
        dueAt = time + interval
    }

    /// Bytes of a side were taken in; whether ``dueAt`` has moved nearer.
    package mutating func moved(_ count: Int, from side: TunnelStateMachine.Side, at time: SteadyTime) -> Bool {
        switch side {
        case .client: total.sent &+= UInt64(count)
        case .dependency: total.received &+= UInt64(count)
        }
        guard dueAt == .distantFuture, isRecorded, recordsActivity else { return false }
        dueAt = time + interval
        return true
    }

    /// The time of ``dueAt`` has come.
    package mutating func due(at time: SteadyTime) -> Due {
        guard dueAt <= time else { return .nothing }
        dueAt = .distantFuture
        guard isRecorded else { return .establishment }
        return recordsActivity && total != recorded ? .activity : .nothing
    }

    /// The bytes of the tunnel's call, which is recorded now: all so far but `held`, which belong to an exchange.
    package mutating func takeCall(holding held: Bytes = Bytes()) -> Bytes {
        isRecorded = true
        return takeRest(holding: held)
    }

    /// The bytes of an activity that is recorded now.
    package mutating func takeActivity(at time: SteadyTime) -> Bytes {
        since = time
        return takeRest(holding: Bytes())
    }

    /// An exchange with so many bytes is recorded now.
    package mutating func takeExchange(_ bytes: Bytes) {
        recorded.sent &+= bytes.sent
        recorded.received &+= bytes.received
    }

    private mutating func takeRest(holding held: Bytes) -> Bytes {
        // An exchange may be known by its records' lengths before all of their bytes have come.
        let rest = Bytes(
            sent: Self.rest(total.sent, recorded.sent, held.sent),
            received: Self.rest(total.received, recorded.received, held.received))
        takeExchange(rest)
        return rest
    }

    private static func rest(_ total: UInt64, _ recorded: UInt64, _ held: UInt64) -> UInt64 {
        total > recorded &+ held ? total &- recorded &- held : 0
    }
}
