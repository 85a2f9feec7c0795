import Foundation
import VenusServer

extension VenusConfiguration {
    /// What opens the bucket. Throws where something is missing that nobody can do without.
    func storage(of bucket: BucketAddress) throws -> S3Configuration {
        let source: S3Configuration.Source
        if let file = objectStorage.credentialsFile {
            source = .file(file)
        } else if let credentials = objectStorage.credentials {
            source = .given(credentials)
        } else {
            throw CommandFailure(
                "\(bucket) needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a file by "
                    + "s3.credentials_file (VENUS_S3_CREDENTIALS_FILE)")
        }
        let configuration = S3Configuration(
            endpoint: objectStorage.endpoint, region: objectStorage.region, style: objectStorage.style,
            trust: objectStorage.trustFile.map { .authorities(file: $0) } ?? .system, source: source,
            proxy: InheritedProxies.webProxy(from: ProcessInfo.processInfo.environment))
        guard configuration.address(of: bucket) != nil else {
            throw CommandFailure("\(bucket): \(S3Failure.noAddress)")
        }
        return configuration
    }

    /// The bucket that the server reads; `nil` where none is configured.
    func hostsBucket() throws -> HostsBucketConfiguration? {
        guard let bucket = hosts.bucket else { return nil }
        return HostsBucketConfiguration(
            bucket: bucket, storage: try storage(of: bucket), objects: hosts.bucketObjects,
            interval: hosts.bucketInterval)
    }
}
