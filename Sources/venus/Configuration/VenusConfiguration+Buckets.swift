package import VenusServer

extension VenusConfiguration {
    /// The object store that buckets are at, for agents and servers alike.
    package struct ObjectStorage: Sendable {
        /// `nil`: AWS.
        package var endpoint: WebAddress?
        package var region: String
        package var style: S3Configuration.Style?
        package var credentialsFile: String?
        /// Of the usual variables; `nil` where these are not, or not all, set.
        package var credentials: S3Credentials?
        /// Certificates of the only authorities that the object store's may come from; `nil`: those that the system
        /// trusts.
        package var trustFile: String?

        init(_ reading: inout ConfigurationReading, variables: [String: String]) {
            let allowsPlainHTTP = reading.flag(.s3AllowPlainHTTP, default: false)
            endpoint = reading.value(
                .s3Endpoint, absent: "AWS in s3.region",
                expected: "http:// or https:// with a host, for example https://storage.example.com",
                show: \.description,
                parse: { text in
                    let isPlain = text.utf8.allSatisfy { !"%'()*!$&+,;=@\"<>\\^`{|}".utf8.contains($0) }
                    return isPlain ? WebAddress(text) : nil
                })
            if let endpoint, !endpoint.isSecure, !endpoint.isLoopback, !allowsPlainHTTP {
                reading.fail(
                    .s3Endpoint, at: reading.text(.s3Endpoint)?.source ?? .default,
                    "readings would cross the network in the clear; use https://, or say that they may by "
                        + "s3.allow_plain_http: true")
            }
            let region = variables["AWS_REGION"] ?? variables["AWS_DEFAULT_REGION"]
            let fallback = region.flatMap { Self.isRegion($0) ? $0 : nil } ?? S3Configuration.defaultRegion
            self.region = reading.value(
                .s3Region, default: fallback, expected: "a region's name, for example eu-central-1", show: { $0 },
                parse: { Self.isRegion($0) ? $0 : nil })
            style = reading.value(
                .s3Style, absent: "(virtual at AWS, path elsewhere)",
                expected: "one of " + S3Configuration.Style.allCases.map(\.rawValue).joined(separator: ", "),
                show: \.rawValue, parse: { S3Configuration.Style(rawValue: $0.lowercased()) })
            credentialsFile = reading.path(.s3CredentialsFile, absent: "(AWS_ACCESS_KEY_ID and its like)")
            credentials = S3Credentials(variables: variables)
            trustFile = reading.path(.s3TrustFile, absent: "(the system's)")
        }

        private static func isRegion(_ text: String) -> Bool {
            (1...64).contains(text.utf8.count)
                && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        }
    }

    /// Hosts whose readings come through a bucket.
    package struct Hosts: Sendable {
        /// `nil`: none do.
        package var bucket: BucketAddress?
        package var bucketObjects: HostsBucketConfiguration.Objects
        package var bucketInterval: Duration

        init(_ reading: inout ConfigurationReading) {
            bucket = reading.bucket(.hostsBucket)
            bucketObjects = reading.choice(
                .hostsBucketObjects, default: .delete, among: HostsBucketConfiguration.Objects.allCases
            ) { $0.rawValue }
            bucketInterval = reading.duration(
                .hostsBucketInterval, default: .seconds(60), .seconds(1) ... .seconds(3_600))
        }
    }
}

extension ConfigurationReading {
    mutating func bucket(_ key: ConfigurationKey) -> BucketAddress? {
        value(
            key, absent: "(not set)", expected: "s3://BUCKET or s3://BUCKET/PREFIX, for example s3://metrics/venus",
            show: \.description, parse: { BucketAddress($0) })
    }
}
