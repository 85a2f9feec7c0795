import Foundation
import VenusCore
import VenusHost
import VenusStore

/// Takes the readings of this machine into the store of `venus up`, which needs no key of itself.
struct StoreDestination: ReadingsDestination {
    /// Milliseconds between two looks for watchers: no question can be held here, as a server holds it.
    private static let lookAgain: Int64 = 1_000

    let store: any HostStore
    let host: String

    func publish(_ batch: ReadingsBatch) async -> PublishOutcome {
        if let fault = batch.fault { return .refused(fault) }
        do {
            guard let receipt = try await store.addReadings(batch, of: host, keyID: "", now: Self.now) else {
                return .failed("there are too many hosts")
            }
            return .settled(receipt)
        } catch { return .failed("\(error)") }
    }

    func watchers() async -> WatchersOutcome {
        let now = Self.now
        guard let watched = try? await store.watchedHosts(after: now) else {
            return .failed(retryAfter: Self.lookAgain)
        }
        return .told(HostWatchers(watchedFor: (watched[host] ?? now) - now, askAgain: Self.lookAgain))
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}
