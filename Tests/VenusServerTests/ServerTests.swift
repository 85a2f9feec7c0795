import Logging
import ServiceLifecycle
import TestSupport
import Testing
import VenusAnalysis
import VenusServer
import VenusStore

@Suite("The server's life")
struct ServerTests {
    @Test("an address that is taken is an error that says so, to everyone who waits for it")
    func taken() async throws {
        try await withServer { server in
            var configuration = ServerConfiguration()
            configuration.port = server.port
            let second = try Server(
                configuration: configuration, store: server.store, feed: server.feed, logger: server.log.logger)
            let address = Task { try await second.address }
            let error = await #expect(throws: ServerError.self) { try await second.run() }
            #expect(error?.code == .cannotListen)
            let place = "127.0.0.1:\(server.port)"
            #expect(
                error?.description
                    == "Cannot listen on \(place): Address already in use; choose another by server.listen.")
            await #expect(throws: ServerError.self) { try await address.value }
        }
    }

    @Test("a public URL that is none is refused")
    func publicURL() async throws {
        var configuration = ServerConfiguration()
        configuration.publicURL = "venus.example"
        let directory = try TemporaryDirectory()
        let logger = CapturedLog().logger
        let store = try await SQLiteStore(path: directory.path + "/venus.sqlite", logger: logger)
        let error = #expect(throws: ServerError.self) {
            _ = try Server(configuration: configuration, store: store, feed: InProcessFeed(), logger: logger)
        }
        #expect(error?.code == .invalidPublicURL)
        await store.close()
    }

    @Test("a request that never ends does not keep the server from stopping")
    func endlessRequest() async throws {
        let server = try await RunningServer { $0.shutdownLimit = .milliseconds(500) }
        let client = try HTTPClient(port: server.port)
        try client.connection.write(
            "POST /api/v1/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                + "content-length: 100\r\n\r\n{")
        // Behind it on the same connection nothing is answered, so another shows that the server has read so far.
        #expect(try await server.request("GET", "/healthz").status == 200)
        let start = ContinuousClock.now
        try await server.stop()
        #expect(ContinuousClock.now - start < .seconds(4))
        do { #expect(try await client.readToEnd().isEmpty) } catch {
            // The end of a connection of which something was not read yet.
            #expect("\(error)".contains("Connection reset by peer"))
        }
    }

    @Test("without a store the server lives, is not ready, and says so")
    func storeAway() async throws {
        try await withServer { server in
            let token = try await server.signIn()
            await server.store.close()
            try await eventually(holds: { try await server.request("GET", "/readyz").status == 503 })
            #expect(try await server.request("GET", "/healthz").status == 200)
            let history = try await server.request("GET", "/api/v1/history", [server.bearer(token)])
            #expect([500, 503].contains(history.status))
            #expect(history["content-type"] == "application/problem+json")
        }
    }
}
