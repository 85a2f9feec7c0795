package import Logging

/// Writes a line that may repeat each second at most every half minute, and then says how often it was held back.
package struct RepeatedLog: Sendable {
    package static let interval: Int64 = 30_000

    private var quietUntil = Int64.min
    private var heldBack = 0

    package init() {}

    package mutating func write(
        _ logger: Logger, _ level: Logger.Level, _ message: String, now: Int64, metadata: Logger.Metadata = [:]
    ) {
        guard now >= quietUntil else {
            heldBack += 1
            return
        }
        var metadata = metadata
        if heldBack > 0 { metadata["repeated"] = "\(heldBack)" }
        logger.log(level: level, "\(message)", metadata: metadata)
        quietUntil = now + Self.interval
        heldBack = 0
    }

    /// The trouble is over: the next line is written at once.
    package mutating func reset() {
        quietUntil = .min
        heldBack = 0
    }
}
