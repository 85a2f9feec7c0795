import Foundation
import VenusCore
import VenusHost
import VenusStore

/// Takes the readings of this machine into the store of `venus up`, which needs no key of itself.
struct StoreDestination: ReadingsDestination {
    let store: any HostStore
    let host: String

    func publish(_ batch: ReadingsBatch) async -> PublishOutcome {
        if let fault = batch.fault { return .refused(fault) }
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        do {
            guard let receipt = try await store.addReadings(batch, of: host, keyID: "", now: now) else {
                return .failed("there are too many hosts")
            }
            return .settled(receipt)
        } catch { return .failed("\(error)") }
    }
}
