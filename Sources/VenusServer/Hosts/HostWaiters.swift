import VenusCore

/// Agents that wait to hear that somebody looks at their hosts: a request is held until somebody does, or its time is
/// over. The one who looks may do so at another server; what is asked is the store, once a second for all who wait.
///
/// Bound: ``maximumWaiting``; whoever comes beyond is told at once to ask later.
actor HostWaiters {
    static let maximumWaiting = 2_000
    /// Longest time that a request is held, in milliseconds: shorter than idle connections are kept.
    static let maximumHold = 25_000
    /// Whoever finds no place asks again after so many milliseconds.
    static let askAgain: Int64 = 30_000

    private struct Waiter {
        var host: String
        var until: Int64
        var answer: CheckedContinuation<HostWatchersOutput, Never>
    }

    private var waiting: [Waiter] = []
    private var isStopping = false

    var isEmpty: Bool { waiting.isEmpty }

    /// - Parameter hold: milliseconds.
    func wait(_ host: String, hold: Int64, now: Int64) async -> HostWatchersOutput {
        guard !isStopping, waiting.count < Self.maximumWaiting else {
            return HostWatchersOutput(askAgain: Self.askAgain)
        }
        return await withCheckedContinuation { answer in
            waiting.append(Waiter(host: host, until: now + min(hold, Int64(Self.maximumHold)), answer: answer))
        }
    }

    /// - Parameter watched: until when the hosts are watched that are, milliseconds since the epoch.
    func tick(_ watched: [String: Int64], now: Int64) {
        waiting.removeAll { waiter in
            let left = (watched[waiter.host] ?? 0) - now
            guard left > 0 || now >= waiter.until || isStopping else { return false }
            waiter.answer.resume(returning: HostWatchersOutput(watchedFor: max(0, left)))
            return true
        }
    }

    /// The server ends: nobody is held any longer.
    func stop() {
        isStopping = true
        tick([:], now: 0)
    }
}

/// What a server says of whether somebody looks at a host.
struct HostWatchersOutput: Sendable, Encodable {
    /// When to ask again, in milliseconds; 0: at once, as one whose question is held.
    var askAgain: Int64
    /// As ``ReadingsReceipt/publish``.
    var publish: Int64
    /// As ``ReadingsReceipt/watchedFor``.
    var watchedFor: Int64

    private enum CodingKeys: String, CodingKey {
        case askAgain = "ask_again_ms"
        case publish = "publish_ms"
        case watchedFor = "watched_for_ms"
    }

    init(watchedFor: Int64 = 0, askAgain: Int64 = 0) {
        self.askAgain = askAgain
        publish = ReadingsReceipt.watchedPublish
        self.watchedFor = watchedFor
    }
}
