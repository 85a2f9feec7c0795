import Testing
import VenusServer

/// The requests whose signatures the Amazon S3 API reference gives ("Examples: Signature Calculations").
@Suite("Signatures of requests to an object store")
struct S3SignatureTests {
    /// 2013-05-24T00:00:00Z
    private static let instant: Int64 = 1_369_353_600_000
    private static let host = "examplebucket.s3.amazonaws.com"

    private func credentials(token: String? = nil) throws -> S3Credentials {
        try #require(
            S3Credentials(
                accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                sessionToken: token))
    }

    private func authorization(_ request: S3Signature.Request) throws -> String {
        let fields = S3Signature.fields(
            for: request, region: "us-east-1", credentials: try credentials(), at: Self.instant)
        return try #require(fields.first { $0.name == "Authorization" }?.value)
    }

    @Test("a part of an object")
    func get() throws {
        let authorization = try authorization(
            S3Signature.Request(
                method: "GET", host: Self.host, path: "/test.txt", fields: [(name: "Range", value: "bytes=0-9")]))
        #expect(
            authorization
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    }

    @Test("an object with a body, and a name that is encoded")
    func put() throws {
        let authorization = try authorization(
            S3Signature.Request(
                method: "PUT", host: Self.host, path: "/" + S3Signature.encode("test$file.text", keepsSlashes: true),
                fields: [
                    (name: "x-amz-storage-class", value: "REDUCED_REDUNDANCY"),
                    (name: "Date", value: "Fri, 24 May 2013 00:00:00 GMT"),
                ], body: Array("Welcome to Amazon S3.".utf8)))
        #expect(
            authorization.hasSuffix("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"))
    }

    @Test("queries, with values and without")
    func query() throws {
        let lifecycle = try authorization(
            S3Signature.Request(method: "GET", host: Self.host, path: "/", query: [(name: "lifecycle", value: "")]))
        #expect(lifecycle.hasSuffix("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"))
        let list = try authorization(
            S3Signature.Request(
                method: "GET", host: Self.host, path: "/",
                query: [(name: "prefix", value: "J"), (name: "max-keys", value: "2")]))
        #expect(list.hasSuffix("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"))
    }

    @Test("a session's token is sent and signed")
    func token() throws {
        let fields = S3Signature.fields(
            for: S3Signature.Request(method: "GET", host: Self.host, path: "/"), region: "us-east-1",
            credentials: try credentials(token: "lent"), at: Self.instant)
        #expect(fields.contains { $0.name == "x-amz-security-token" && $0.value == "lent" })
        let authorization = fields.first { $0.name == "Authorization" }?.value ?? ""
        #expect(authorization.contains("x-amz-date;x-amz-security-token,"))
    }

    @Test("all but what needs none is percent-encoded, byte by byte")
    func encoding() {
        #expect(S3Signature.encode("a/b c+é~*") == "a%2Fb%20c%2B%C3%A9~%2A")
        #expect(S3Signature.encode("a/b c", keepsSlashes: true) == "a/b%20c")
    }

    @Test("credentials come from variables, or a file as AWS has it, and are never shown")
    func credentialsFromFiles() throws {
        let file = """
            # comment
            [other]
            aws_access_key_id = OTHER
            aws_secret_access_key = other-secret

            [default]
            aws_access_key_id=AKIA
            aws_secret_access_key =  abc/def+=
            aws_session_token = lent==
            """
        let found = try #require(S3Credentials(file: file))
        #expect(
            found == S3Credentials(accessKeyID: "AKIA", secretAccessKey: "abc/def+=", sessionToken: "lent=="))
        #expect(!"\(found) \(String(reflecting: found))".contains("abc"))
        #expect(
            S3Credentials(file: "aws_access_key_id=A\r\naws_secret_access_key=B\r\n")
                == S3Credentials(accessKeyID: "A", secretAccessKey: "B"))
        #expect(S3Credentials(file: "[default]\naws_access_key_id = A") == nil)
        #expect(S3Credentials(file: "{\"not\": \"this\"}") == nil)
        let variables = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B", "AWS_SESSION_TOKEN": ""]
        #expect(S3Credentials(variables: variables) == S3Credentials(accessKeyID: "A", secretAccessKey: "B"))
        #expect(S3Credentials(variables: ["AWS_ACCESS_KEY_ID": "A"]) == nil)
        #expect(S3Credentials(accessKeyID: "A\r\nX: y", secretAccessKey: "B") == nil)
    }

    @Test("a bucket is s3:// with a name and a prefix, and has an address in each style")
    func addresses() throws {
        let bucket = try #require(BucketAddress("s3://metrics/venus/eu/"))
        #expect(bucket.description == "s3://metrics/venus/eu" && bucket.folder == "venus/eu/")
        #expect(try #require(BucketAddress("s3://metrics")).folder == "")
        for bad in [
            "", "metrics", "s3:/metrics", "s3://", "s3://ab", "s3://-ab", "s3://a b", "s3://metrics//a",
            "s3://metrics/../a",
            "s3://metrics/a b", "https://metrics", "s3://user@metrics/", "s3://metrics?x",
            "s3://\(String(repeating: "a", count: 64))",
        ] {
            #expect(BucketAddress(bad) == nil, "\(bad)")
        }
        let source = S3Configuration.Source.given(try credentials())
        func address(_ endpoint: String?, _ style: S3Configuration.Style?, _ bucket: String = "s3://metrics/venus")
            -> String?
        {
            S3Configuration(
                endpoint: endpoint.flatMap { WebAddress($0) }, region: "eu-central-1", style: style, source: source
            ).address(of: BucketAddress(bucket)!)?.description  // Written by this test.
        }
        #expect(address(nil, nil) == "https://metrics.s3.eu-central-1.amazonaws.com")
        #expect(address(nil, .path) == "https://s3.eu-central-1.amazonaws.com/metrics")
        #expect(address(nil, nil, "s3://met.rics") == "https://s3.eu-central-1.amazonaws.com/met.rics")
        #expect(address("http://localhost:9000", nil) == "http://localhost:9000/metrics")
        #expect(address("https://example.com:8443/s3", .virtual) == "https://metrics.example.com:8443/s3")
        #expect(address("http://127.0.0.1:9000", .virtual) == nil)
        #expect(address("https://example.com", .virtual, "s3://Metrics_1") == nil)
    }
}
