import Foundation
import TestSupport
import Testing

/// The servers that the tests run against have to be trusted first.
@Suite("The test servers")
struct TestServersTests {
    @Test("Redis answers, and keeps what it acknowledged across a kill")
    func redis() async throws {
        let redis = try await RedisServer(password: "pass word")
        #expect(try await redis.cli("SET", "a", "1") == "OK\n")
        try await redis.restart()
        #expect(try await redis.cli("GET", "a") == "1\n")
    }

    @Test("PostgreSQL gives each test a database, and survives a restart")
    func postgres() async throws {
        let server = try await PostgresServer()
        let url = try await server.makeDatabase()
        try await PostgresServer.query("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)", url: url)
        try await server.restart()
        #expect(
            try await PostgresServer.query("SELECT a, a + 1 FROM t ORDER BY a", url: url) == [["1", "2"], ["2", "3"]])
    }

    @Test("an origin answers as the path says, to our client and to curl")
    func origin() async throws {
        let origin = try Origin()
        let client = try HTTPClient(port: origin.port)
        for path in ["/bytes/3000000", "/chunked/3000000"] {
            let response = try await client.get(path)
            #expect(response.status == 200)
            #expect(response.bodyChecksum == BodyPattern.checksum(3_000_000))
        }
        let posted = try await client.request("POST", "/hash", bodySize: 1_234_567, framing: .chunked)
        #expect(posted.text == BodyPattern.checksum(1_234_567))
        #expect(try await client.get("/status/503").status == 503)
        #expect(origin.connectionsAccepted == 1)
        origin.refuse()
        let refused = try await ChildProcess.output(of: "curl", ["-sS", origin.url()])
        #expect(refused.status == .exited(7))
        try origin.accept()
        #expect(try await ChildProcess.run("curl", ["-sS", origin.url()]) == "ok\n")
        #expect(origin.requests() == 5)
    }

    @Test("the checksum notices bytes that are lost, doubled, swapped or changed, however the pieces are cut")
    func checksum() {
        let bytes = BodyPattern.bytes(3_000_000)
        let expected = BodyPattern.checksum(3_000_000)
        func value(_ bytes: [UInt8], cutAt cut: Int) -> String {
            var checksum = Checksum()
            checksum.update(Array(bytes[..<cut]))
            checksum.update(Array(bytes[cut...]))
            return checksum.value
        }
        for cut in [0, 1, 7, 8, 65_536, 1_000_003, 3_000_000] { #expect(value(bytes, cutAt: cut) == expected) }
        #expect(value(Array(bytes.dropLast()), cutAt: 5) != expected)
        #expect(value(Array(bytes[65_536..<131_072] + bytes[..<65_536] + bytes[131_072...]), cutAt: 5) != expected)
        #expect(value(Array(bytes[..<65_536] + bytes[..<65_536] + bytes[131_072...]), cutAt: 5) != expected)
        var changed = bytes
        changed[2_999_999] ^= 1
        #expect(value(changed, cutAt: 5) != expected)
    }
}
