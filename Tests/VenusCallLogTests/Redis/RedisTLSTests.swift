import Logging
import TestSupport
import Testing
import VenusCallLog

@Suite("Redis over TLS", .timeLimit(.minutes(2)))
struct RedisTLSTests {
    private static let entry = [EntryField("v", "1"), EntryField("kind", "test")]

    private func log(_ url: String, trustFile: String?) throws -> RedisCallLog {
        try RedisCallLog(
            url: url, prefix: "test", shards: 1, maximumEntries: 1_000, trustFile: trustFile,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// The error of the first append.
    private func failure(_ url: String, trustFile: String?) async throws -> CallLogError? {
        let log = try log(url, trustFile: trustFile)
        defer { Task { await log.close() } }
        do { try await log.append(Self.entry, to: 0) } catch { return error as? CallLogError }
        return nil
    }

    @Test(
        "a good certificate is taken, for the name and for the address that it is for; reads, appends and passwords go through"
    )
    func good() async throws {
        let tls = try await ServerCertificate()
        let server = try await RedisServer(password: "hunter2", tls: tls)
        for host in ["127.0.0.1", "localhost"] {
            let log = try log("rediss://:hunter2@\(host):\(server.port)/1", trustFile: tls.authority)
            let id = try await log.append(Self.entry, to: 0)
            #expect(try await log.lastID(shard: 0) == id)
            #expect(try await log.read(shard: 0, after: .start, limit: 9, wait: .seconds(5)).last?.id == id)
            await log.close()
        }
        try await server.stop()
    }

    @Test(
        "a certificate of an authority that is not trusted is refused: the system's, and another than that of the file")
    func wrongAuthority() async throws {
        let server = try await RedisServer(tls: try await ServerCertificate())
        let other = try await ServerCertificate()
        for trustFile in [nil, other.authority] {
            let error = try await failure(server.url, trustFile: trustFile)
            #expect(error?.code == .refused)
            #expect(error?.message.contains("cannot be verified") == true, "\(error as Any)")
            #expect(error?.message.contains(trustFile ?? "stream.trust_file") == true)
        }
        #expect(try await server.cli("DBSIZE").hasPrefix("0"))
        try await server.stop()
    }

    @Test(
        "a certificate for another name is refused, and one for another address",
        arguments: [("DNS:other.example", "localhost"), ("DNS:localhost,IP:127.0.0.2", "127.0.0.1")])
    func wrongName(_ names: String, _ host: String) async throws {
        let tls = try await ServerCertificate(for: names)
        let server = try await RedisServer(tls: tls)
        let error = try await failure("rediss://\(host):\(server.port)", trustFile: tls.authority)
        #expect(error?.code == .refused)
        #expect(error?.message.contains("not for \(host)") == true, "\(error as Any)")
        try await server.stop()
    }

    @Test("a certificate that has run out is refused")
    func expired() async throws {
        let tls = try await ServerCertificate(days: -1)
        let server = try await RedisServer(tls: tls)
        let error = try await failure(server.url, trustFile: tls.authority)
        #expect(error?.code == .refused && error?.message.contains("in date") == true, "\(error as Any)")
        try await server.stop()
    }

    @Test("a server that does not speak TLS is told from one that is away")
    func plain() async throws {
        let server = try await RedisServer()
        let error = try await failure("rediss://\(server.address)", trustFile: nil)
        #expect(error?.message.contains("speak TLS") == true, "\(error as Any)")
        try await server.stop()
    }

    @Test("a server that wants clients to show certificates is refused with what to do")
    func clientCertificate() async throws {
        let tls = try await ServerCertificate()
        let server = try await RedisServer(tls: tls)
        try await server.cli("CONFIG", "SET", "tls-auth-clients", "yes")
        let error = try await failure(server.url, trustFile: tls.authority)
        #expect(error?.code == .refused && error?.message.contains("tls-auth-clients") == true, "\(error as Any)")
        try await server.kill()
    }

    @Test(
        "the name that is connected to is asked for in the handshake; an address is not",
        arguments: [("localhost", "localhost"), ("127.0.0.1", "None")])
    func serverName(_ host: String, _ asked: String) async throws {
        let tls = try await ServerCertificate()
        let server = try ChildProcess("python3", ["-c", Self.nameServer, tls.certificate, tls.key])
        let line = try await server.waitForLine("its port") { $0.hasPrefix("port ") }
        let port = try #require(Int(line.dropFirst("port ".count)))
        // The handshake is good; then it leaves, as it is no Redis.
        let error = try await failure("rediss://\(host):\(port)", trustFile: tls.authority)
        #expect(error?.code == .unavailable, "\(error as Any)")
        try await server.waitForLine("the end of a handshake") { $0 == "done" }
        let names = server.standardOutput.lines.filter { $0.hasPrefix("name ") }
        #expect(Set(names) == ["name \(asked)"])
    }

    /// A server that says which name its clients ask for (SNI), `None` where they ask for none, and closes.
    private static let nameServer = """
        import socket, ssl, sys
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        context.sni_callback = lambda connection, name, context: print("name", name, flush=True)
        listener = socket.create_server(("127.0.0.1", 0))
        print("port", listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            connection.settimeout(10)
            try:
                with context.wrap_socket(connection, server_side=True): print("done", flush=True)
            except OSError as error: print(error, file=sys.stderr, flush=True)

        """

    @Test("a file without certificates is refused before anything connects")
    func noFile() async throws {
        let directory = try TemporaryDirectory("venus-trust")
        for file in ["/nowhere/ca.pem", try directory.write("no certificate", to: "ca.pem")] {
            let error = #expect(throws: CallLogError.self) { try log("rediss://127.0.0.1:1", trustFile: file) }
            #expect(error?.code == .refused && error?.message.contains(file) == true, "\(error as Any)")
        }
    }

    @Test("every node of a cluster is met over TLS, and verified")
    func cluster() async throws {
        let tls = try await ServerCertificate()
        let cluster = try await RedisClusterServers(tls: tls)
        let log = try RedisCallLog(
            url: "rediss+cluster://\(cluster.nodes[0].address)", prefix: "test", shards: 8, maximumEntries: 1_000,
            trustFile: tls.authority, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        for shard in 0..<8 { try await log.append(Self.entry, to: shard) }
        var holding = 0
        for node in cluster.nodes where try await !node.cli("DBSIZE").hasPrefix("0") { holding += 1 }
        #expect(holding == 3)
        await log.close()
        let error = try await failure(cluster.url, trustFile: nil)
        #expect(error?.message.contains("cannot be verified") == true, "\(error as Any)")
        try await cluster.stop()
    }
}
