import Foundation
import Synchronization
import VenusCore
import VenusHost
import VenusServer

/// Takes readings into a bucket, an object a batch, for a server to find there.
///
/// A batch that is sent again has the name that it had: the object is written over, with the same.
final class BucketDestination: ReadingsDestination {
    private static let mediaType = "application/gzip"

    private let objects: any ReadingsObjects
    private let folder: String
    private let host: String
    private let now: @Sendable () -> Int64
    /// The time in the name of the last object that was put there: names rise, though the clock be set back a little.
    private let lastSecond = Mutex<Int64>(0)

    /// - Parameter now: milliseconds since the epoch.
    init(
        _ bucket: BucketAddress, objects: any ReadingsObjects, host: String, now: @escaping @Sendable () -> Int64
    ) {
        self.objects = objects
        self.host = host
        self.now = now
        folder = "\(bucket.folder)\(host)/"
    }

    func publish(_ batch: ReadingsBatch) async -> PublishOutcome {
        guard let last = batch.readings.last else { return .nothing }
        let now = now() / 1_000
        let earliest = lastSecond.withLock { $0 <= now + ReadingsFolder.tolerance ? $0 : 0 }
        guard
            let name = ReadingsObjectName(
                second: max(earliest, last.reading.end / 1_000), last: last.sequence, producer: batch.producer),
            let bytes = ReadingsObject(host: host, batch: batch).bytes
        else { return .refused("a reading cannot be written as an object") }
        do throws(S3Failure) {
            try await objects.put(folder + name.text, bytes, mediaType: Self.mediaType)
        } catch { return .failed("\(error)") }
        lastSecond.withLock { $0 = name.second }
        return .settled(ReadingsReceipt(taken: batch.readings.count))
    }
}
