import Testing
import venus

@Suite("Values of the configuration")
struct ValueTests {
    @Test(
        "an address is a host and a port",
        arguments: [
            ("127.0.0.1:2247", "127.0.0.1", 2_247), ("[::1]:80", "::1", 80), ("localhost:0", "localhost", 0),
            ("a_b.example:65535", "a_b.example", 65_535), ("[fe80::1%eth0]:1", "fe80::1", 1),
        ] as [(String, String, UInt16)])
    func address(_ text: String, _ host: String, _ port: UInt16) throws {
        // A zone's letters are not hexadecimal: zones are refused.
        guard !text.contains("%eth") else {
            #expect(ListenAddress(text) == nil)
            return
        }
        let address = try #require(ListenAddress(text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.description == text)
    }

    @Test(
        "what is not an address is refused",
        arguments: [
            "", ":", "2247", ":2247", "localhost", "localhost:", "localhost:65536", "localhost:-1", "localhost:+1",
            "::1:80", "[::1]", "[::1]80", "[]:80", "[localhost]:80", "a b:80", "a/b:80", "http://a:80", "a:٣", "a:80 ",
        ])
    func notAddress(_ text: String) { #expect(ListenAddress(text) == nil) }

    @Test(
        "a duration has a unit",
        arguments: [
            ("500ms", .milliseconds(500)), ("10s", .seconds(10)), ("1h", .seconds(3_600)), ("0s", .zero),
            ("250us", .microseconds(250)), ("1m30s", .seconds(90)), ("2d", .seconds(172_800)), ("007s", .seconds(7)),
        ] as [(String, Duration)])
    func duration(_ text: String, _ expected: Duration) {
        #expect(Duration(text: text) == expected)
        #expect(Duration(text: expected.text) == expected)
    }

    @Test(
        "what is not a duration is refused",
        arguments: [
            "", "10", "s", "-1s", "1.5s", "10 s", "10sec", "1h30", "99999999999999999999s", "9999999d", "１s", "10S",
            "3650d1us",
        ])
    func notDuration(_ text: String) { #expect(Duration(text: text) == nil) }

    @Test("URLs never show their passwords")
    func redacted() throws {
        let redis = try #require(EndpointURL.redis("redis://user:s3cret@redis.example:6379/2"))
        #expect(redis.redacted == "redis://user:***@redis.example:6379/2")
        let postgres = try #require(EndpointURL.postgres("postgres://u:s3cret@h/db?password=s3cret&sslmode=require"))
        #expect(postgres.redacted == "postgres://u:***@h/db")
        for url in [redis, postgres] {
            var dumped = ""
            dump(url, to: &dumped)
            #expect(!"\(url) \(String(reflecting: url)) \(dumped)".contains("s3cret"))
            #expect(url.secretText.contains("s3cret"))
        }
        var dumped = ""
        dump(Secret("s3cret"), to: &dumped)
        #expect(!"\(Secret("s3cret")) \(String(reflecting: Secret("s3cret"))) \(dumped)".contains("s3cret"))
    }

    @Test(
        "Redis URLs of the documented form are taken",
        arguments: [
            "rediss://h", "rediss+cluster://u:pw@a", "redis+cluster://a:1,b:2", "redis://:pw@a,b:2,[::1]:3/1",
            "redis://127.0.0.1", "redis://127.0.0.1:6379/0", "redis://:pw@h:1/", "redis://u:p%40w@[::1]:6379",
        ])
    func redis(_ text: String) { #expect(EndpointURL.redis(text) != nil) }

    @Test(
        "other URLs are refused as Redis",
        arguments: [
            "", "127.0.0.1:6379", "http://h", "redis+tls://h", "redis+cluster://h/1",
            "redis://a,", "redis://", "redis://h:0", "redis://h:99999", "redis://h/x",
            "redis://h?db=1", "redis:h", "postgres://h/db",
        ])
    func notRedis(_ text: String) { #expect(EndpointURL.redis(text) == nil) }

    @Test(
        "PostgreSQL URLs are taken as libpq takes them",
        arguments: [
            "postgres://venus@127.0.0.1/venus", "postgresql://h:5433/db?sslmode=disable", "postgres:///venus?host=/tmp",
        ])
    func postgres(_ text: String) { #expect(EndpointURL.postgres(text) != nil) }

    @Test(
        "other URLs are refused as PostgreSQL",
        arguments: ["", "venus", "host=localhost dbname=venus", "mysql://h/db", "postgres:venus", "postgres://h:0/db"])
    func notPostgres(_ text: String) { #expect(EndpointURL.postgres(text) == nil) }

    @Test(
        "a near miss is recognised, anything else is not",
        arguments: [
            ("proxy.lisen", "proxy.listen"), ("proxy.listne", "proxy.listen"), ("Proxy.Listen", "proxy.listen"),
            ("stream.uri", "stream.url"), ("xyz", nil), ("", nil),
        ] as [(String, String?)])
    func suggestion(_ name: String, _ expected: String?) {
        #expect(Suggestion.nearest(to: name, among: ConfigurationKey.all.map(\.name)) == expected)
    }
}
