import VenusStore

/// How a proxy fares, as far as its heartbeats tell.
enum ProxyLiveness: String, Sendable, CaseIterable {
    case running
    /// It has said nothing for longer than it should: it cannot be reached, cannot reach the call log, or was killed.
    case silent
    /// Nobody has read for a while what it says: its analyzer or the call log is away, or the analysis is behind.
    case unknown
    case ended
    /// It was killed, or has been silent for so long that it must have been.
    case endedUncleanly = "ended_uncleanly"

    /// Milliseconds: three heartbeats.
    static let silence: Int64 = 15_000
    /// Milliseconds of silence after which nobody waits for a word any more.
    static let patience: Int64 = 3_600_000

    /// - Parameters:
    ///   - now: milliseconds since the epoch.
    ///   - readUntil: up to when all that its shard's log held has been read, milliseconds since the epoch; `nil` where
    ///     that is not known. Of what was said later nobody can tell.
    init(_ proxy: KnownProxy, now: Int64, readUntil: Int64?) {
        let heardUntil = max(min(now, readUntil ?? 0), proxy.mark.lastSeen)
        let silent = heardUntil - proxy.mark.lastSeen
        self =
            if proxy.mark.hasEnded {
                proxy.state?.hasEndedUncleanly == true ? .endedUncleanly : .ended
            } else if silent > Self.patience {
                .endedUncleanly
            } else if silent > Self.silence {
                .silent
            } else {
                now - heardUntil > Self.silence ? .unknown : .running
            }
    }

    /// Whether it may be forwarding calls now.
    var isAlive: Bool {
        switch self {
        case .running, .silent, .unknown: true
        case .ended, .endedUncleanly: false
        }
    }
}

extension LiveState {
    /// - Parameter now: milliseconds since the epoch.
    func liveness(of proxy: KnownProxy, now: Int64) -> ProxyLiveness {
        ProxyLiveness(proxy, now: now, readUntil: readUntil(shard: proxy.mark.shard))
    }
}
