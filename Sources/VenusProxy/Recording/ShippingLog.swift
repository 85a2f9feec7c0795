import Logging

/// The log lines about a call log that comes and goes: one when it is away, one when it is back, and at most one about
/// dropped calls a heartbeat. A log that comes and goes all the time is spoken of once in ``quiet``.
struct ShippingLog {
    private static let quiet: Duration = .seconds(10)

    private let logger: Logger
    private var callsDropped: UInt64 = 0
    private var lastAway: ContinuousClock.Instant?
    private var saidAway = false

    init(logger: Logger) { self.logger = logger }

    mutating func away(_ error: any Error, callsQueued: Int) {
        let now = ContinuousClock.now
        saidAway = lastAway.map { now - $0 >= Self.quiet } ?? true
        guard saidAway else { return }
        lastAway = now
        logger.warning(
            "the call log is away; calls wait here, traffic goes on",
            metadata: ["reason": "\(error)", "calls_queued": "\(callsQueued)"])
    }

    func back(callsQueued: Int, callsDropped: UInt64) {
        guard saidAway else { return }
        logger.notice(
            "the call log is back", metadata: ["calls_queued": "\(callsQueued)", "calls_dropped": "\(callsDropped)"])
    }

    mutating func beat(callsDropped: UInt64) {
        guard callsDropped > self.callsDropped else { return }
        logger.warning(
            "dropped calls, because too many wait for the call log",
            metadata: ["calls": "\(callsDropped - self.callsDropped)", "calls_dropped": "\(callsDropped)"])
        self.callsDropped = callsDropped
    }
}
