/// A bucket that hosts' readings come through, and what becomes of its objects.
package struct HostsBucketConfiguration: Sendable {
    package enum Objects: String, Sendable, CaseIterable {
        /// What is taken is removed.
        case delete
        /// What is taken stays.
        case keep
    }

    package var bucket: BucketAddress
    package var storage: S3Configuration
    package var objects: Objects
    /// How often it is looked into.
    package var interval: Duration

    package init(
        bucket: BucketAddress, storage: S3Configuration, objects: Objects = .delete, interval: Duration = .seconds(60)
    ) {
        self.bucket = bucket
        self.storage = storage
        self.objects = objects
        self.interval = interval
    }
}
