import VenusStore

/// How a proxy fares, as far as its heartbeats tell.
enum ProxyLiveness: String, Sendable, CaseIterable {
    case running
    /// It has said nothing for longer than it should: it cannot be reached, cannot reach the call log, or was killed.
    case silent
    case ended
    /// It was killed, or has been silent for so long that it must have been.
    case endedUncleanly = "ended_uncleanly"

    /// Milliseconds: three heartbeats.
    static let silence: Int64 = 15_000
    /// Milliseconds of silence after which nobody waits for a word any more.
    static let patience: Int64 = 3_600_000

    /// - Parameter now: milliseconds since the epoch.
    init(_ proxy: KnownProxy, now: Int64) {
        let silent = now - proxy.mark.lastSeen
        self =
            if proxy.mark.hasEnded {
                proxy.state?.hasEndedUncleanly == true ? .endedUncleanly : .ended
            } else if silent > Self.patience {
                .endedUncleanly
            } else {
                silent > Self.silence ? .silent : .running
            }
    }

    /// Whether it may be forwarding calls now.
    var isAlive: Bool {
        switch self {
        case .running, .silent: true
        case .ended, .endedUncleanly: false
        }
    }
}
