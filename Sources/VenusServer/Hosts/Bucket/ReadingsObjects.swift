/// The objects of a bucket, as far as readings need them.
package protocol ReadingsObjects: Sendable {
    func put(_ key: String, _ bytes: [UInt8], mediaType: String) async throws(S3Failure)
    func get(_ key: String, maximumBytes: Int) async throws(S3Failure) -> [UInt8]
    func remove(_ key: String) async throws(S3Failure)
    func list(
        _ prefix: String, after: String, page: String?, inFolders: Bool
    ) async throws(S3Failure) -> S3Listing
}

extension S3Client: ReadingsObjects {}
