import Testing
import VenusServer
import venus

@Suite("The configuration of buckets")
struct BucketsTests {
    private func load(
        _ flags: [String: String], _ variables: [String: String] = [:]
    ) throws -> VenusConfiguration {
        try VenusConfiguration.load(flags: flags, environment: variables.merging(["HOME": "/tmp"]) { $1 })
    }

    @Test("there is none by default; named, it is AWS's, and what is taken is removed")
    func defaults() throws {
        let none = try load([:])
        #expect(none.agent.publish == nil && none.hosts.bucket == nil && none.objectStorage.credentials == nil)
        let both = try load(["agent.publish": "s3://metrics/venus/", "hosts.bucket": "s3://metrics"])
        #expect(both.agent.publish == BucketAddress("s3://metrics/venus") && both.hosts.bucket?.prefix == "")
        #expect(both.hosts.bucketObjects == .delete && both.hosts.bucketInterval == .seconds(60))
        #expect(both.objectStorage.endpoint == nil && both.objectStorage.region == "us-east-1")
        #expect(try load([:], ["AWS_DEFAULT_REGION": "eu-west-1"]).objectStorage.region == "eu-west-1")
        #expect(try load(["s3.region": "eu-north-1"], ["AWS_REGION": "a b"]).objectStorage.region == "eu-north-1")
    }

    @Test("credentials come from the usual variables, and are not shown")
    func credentials() throws {
        let configuration = try load([:], ["AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "hidden-secret"])
        #expect(configuration.objectStorage.credentials != nil)
        #expect(!ConfigCheck.report(configuration).contains("hidden-secret"))
        #expect(!"\(configuration)".contains("hidden-secret"))
    }

    @Test("readings cross no network in the clear, unless somebody says that they may")
    func plainHTTP() throws {
        #expect(try load(["s3.endpoint": "http://127.0.0.1:9000"]).objectStorage.endpoint != nil)
        #expect(throws: ConfigurationErrors.self) { try load(["s3.endpoint": "http://storage.example.com"]) }
        let allowed = try load(["s3.endpoint": "http://storage.example.com", "s3.allow_plain_http": "true"])
        #expect(allowed.objectStorage.endpoint?.isSecure == false)
    }

    @Test(
        "what cannot be is refused",
        arguments: [
            ("agent.publish", "metrics/venus"), ("hosts.bucket", "https://metrics"), ("hosts.bucket", "s3://a"),
            ("hosts.bucket_objects", "burn"), ("hosts.bucket_interval", "0s"), ("s3.endpoint", "storage.example.com"),
            ("s3.endpoint", "https://a:b@storage.example.com"), ("s3.endpoint", "https://storage.example.com/%41"),
            ("s3.region", "eu central"), ("s3.style", "other"),
        ])
    func refused(key: String, value: String) {
        #expect(throws: ConfigurationErrors.self) { try load([key: value]) }
    }
}
