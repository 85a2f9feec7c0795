import Testing
import VenusCallLog

@Suite("URLs of Redis")
struct RedisURLTests {
    @Test("host, port, user, password and database are read")
    func parts() throws {
        let url = try RedisURL("redis://app:s%40cret@redis.internal:6380/3")
        #expect(url.addresses == [RedisAddress(host: "redis.internal", port: 6_380)] && url.database == 3)
        #expect(!url.isTLS && !url.isCluster && !url.mustFindMaster)
        #expect(url.user == "app" && url.password == "s@cret")
    }

    @Test("a password may come without a user, and the rest may be left out")
    func defaults() throws {
        let url = try RedisURL("redis://:secret@localhost")
        #expect(url.addresses == [RedisAddress(host: "localhost", port: 6_379)] && url.database == 0)
        #expect(url.user == nil && url.password == "secret")
        #expect(try RedisURL("redis://h/").database == 0)
        #expect(try RedisURL("redis://[::1]:7000/1").addresses == [RedisAddress(host: "::1", port: 7_000)])
    }

    @Test(
        "what cannot be used is refused, without a word of the password",
        arguments: [
            "", "localhost:6379", "http://:hunter2@h", "redis+tls://:hunter2@h", "redis+cluster://:hunter2@h/1",
            "redis://:hunter2@h,", "redis://:hunter2@h,,g", "redis://:hunter2@h:1,g:hunter2", "redis://:hunter2@",
            "redis://:hunter2@h:0", "redis://:hunter2@h:hunter2", "redis://:hunter2@h/hunter2",
            "redis://:hunter2%@h", "redis://:hunter2@[::1", "redis://:hunter2?@h", "redis://app@h", "redis://h/-1",
        ])
    func refused(text: String) {
        let error = #expect(throws: CallLogError.self) { try RedisURL(text) }
        #expect(error?.code == .refused)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test("the scheme says whether there is TLS, and whether it is a cluster")
    func schemes() throws {
        for (scheme, isTLS, isCluster) in [
            ("redis", false, false), ("rediss", true, false), ("redis+cluster", false, true),
            ("RedisS+Cluster", true, true),
        ] {
            let url = try RedisURL("\(scheme)://h")
            #expect(url.isTLS == isTLS && url.isCluster == isCluster, "\(scheme)")
        }
    }

    @Test("several hosts are one master and its replicas, or nodes of a cluster")
    func several() throws {
        let url = try RedisURL("redis://app:s,ecret@a:1,b,[::1]:3/2")
        #expect(url.addresses.map(\.description) == ["a:1", "b:6379", "[::1]:3"])
        #expect(url.mustFindMaster && url.password == "s,ecret" && url.database == 2)
        #expect(try !RedisURL("redis+cluster://a,b").mustFindMaster)
        let many = (0...RedisURL.maximumAddresses).map { "h\($0)" }.joined(separator: ",")
        #expect(throws: CallLogError.self) { try RedisURL("redis://\(many)") }
    }

    @Test("the text of a URL holds no password")
    func description() throws {
        let url = try RedisURL("rediss://app:hunter2@h:1,g:2/2")
        #expect("\(url)" == "rediss://h:1,g:2/2" && url.redacted == "rediss://app:***@h:1,g:2/2")
        #expect(try RedisURL("redis+cluster://h").redacted == "redis+cluster://h:6379")
    }
}
