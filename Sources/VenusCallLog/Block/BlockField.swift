/// The fields of an entry, by their names in the call log.
public enum BlockField: String, Sendable, Hashable, CaseIterable {
    case version = "v"
    case kind
    case producer
    case environment
    case service
    case instance
    case host
    // Of `calls`.
    case first
    case count = "n"
    case t0
    case operations
    case calls
    // Of `heartbeat` and `end`.
    case next
    case inFlight = "in_flight"
    case queued
    case dropped
    case producerVersion = "version"
    // The same, each absent where there is nothing to say.
    case spooled
    case unclean
    case started
    case policy
    case pins
    case pinCount = "pin_count"
    case announced = "announce"
    case sent
}
