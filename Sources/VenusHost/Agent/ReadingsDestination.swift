package import VenusCore

/// Takes an agent's readings: a server, or a store of the same machine.
package protocol ReadingsDestination: Sendable {
    func publish(_ batch: ReadingsBatch) async -> PublishOutcome
    /// Waits until somebody watches the host, or for as long as that may be waited for.
    func watchers() async -> WatchersOutcome
}

extension ReadingsDestination {
    /// One that tells of watchers only in its receipts.
    package func watchers() async -> WatchersOutcome { .never }
}

package enum WatchersOutcome: Sendable, Equatable {
    case told(HostWatchers)
    /// It may be asked again after so many milliseconds.
    case failed(retryAfter: Int64)
    /// It cannot be asked.
    case never
}

package enum PublishOutcome: Sendable, Equatable {
    /// The batch is settled: none of it is to be sent again.
    case settled(ReadingsReceipt)
    /// There was nothing to be sent, so that it is not known whether it would have been taken.
    case nothing
    /// It may be sent again; why, for people, without any secret.
    case failed(String)
    /// It will never be taken as it is; why, for people, without any secret.
    case refused(String)
}
