package import VenusCore

/// Takes an agent's readings: a server, or a store of the same machine.
package protocol ReadingsDestination: Sendable {
    func publish(_ batch: ReadingsBatch) async -> PublishOutcome
}

package enum PublishOutcome: Sendable, Equatable {
    /// The batch is settled: none of it is to be sent again.
    case settled(ReadingsReceipt)
    /// It may be sent again; why, for people, without any secret.
    case failed(String)
    /// It will never be taken as it is; why, for people, without any secret.
    case refused(String)
}
