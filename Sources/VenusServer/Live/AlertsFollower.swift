import Logging
import VenusStore

/// Brings what is stored of alerts to the live socket: looks each second whether anything was committed, by whichever
/// server.
struct AlertsFollower: Sendable {
    static let interval: Duration = .seconds(1)

    let store: any AlertStore
    let hub: LiveHub
    let logger: Logger
    /// Milliseconds since the epoch.
    let now: @Sendable () -> Int64

    /// Until the task is cancelled.
    func run() async {
        var known: AlertsPicture?
        var isInTrouble = false
        while !Task.isCancelled {
            do {
                if try await store.alertPosition() != known?.position {
                    let picture = try await AlertsPicture(store, after: known, at: now())
                    known = picture
                    hub.show(picture)
                }
                isInTrouble = false
            } catch {
                if !isInTrouble {
                    logger.warning("what alerts did could not be read", metadata: ["error": "\(error)"])
                }
                isInTrouble = true
            }
            try? await Task.sleep(for: Self.interval)
        }
    }
}
