package import VenusAnalysis

/// The newest frame of each shard.
package struct LiveFrames: Sendable {
    /// Shards that are held at most; further ones are dropped.
    package static let maximumShards = 1_024

    package private(set) var frames: [Int: FeedFrame] = [:]

    package init() {}

    /// Keeps the frame unless it is older than what is there: of a former owner of the shard, or out of order.
    ///
    /// - Returns: whether it was kept.
    package mutating func receive(_ frame: FeedFrame) -> Bool {
        if let known = frames[frame.shard] {
            guard (frame.epoch, frame.at) >= (known.epoch, known.at) else { return false }
        } else {
            guard frames.count < Self.maximumShards else { return false }
        }
        frames[frame.shard] = frame
        return true
    }
}
