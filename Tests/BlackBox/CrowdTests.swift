import Foundation
import Synchronization
import TestSupport
import Testing

extension TheBinary {
    /// While the proxy is stopped its sockets fill, and when it goes on all of that is one turn of its loop.
    @Suite("What comes at once")
    struct CrowdTests {
        private static let count = 40

        /// Answers each request with its path and body, once it may; notes what came.
        private final class GatedServer: Sendable {
            struct State {
                var requests: [String: Int] = [:]
                var answered = 0
                var isOpen = false
                var connections: [TCPConnection] = []
            }

            let state = Mutex(State())

            var requests: Int { state.withLock { $0.requests.values.reduce(0, +) } }
            var answered: Int { state.withLock { $0.answered } }
            func open(_ isOpen: Bool) { state.withLock { $0.isOpen = isOpen } }

            /// Ends our side of all connections so far; what comes on them is still read.
            func end() {
                state.withLock { state in
                    for connection in state.connections { connection.shutdownWrite() }
                    state.connections = []
                }
            }

            func serve(_ connection: TCPConnection) {
                state.withLock { $0.connections.append(connection) }
                while let head = try? connection.read(upTo: "\r\n\r\n") {
                    let text = String(decoding: head, as: UTF8.self)
                    let words = text.split(separator: " ", maxSplits: 2)
                    let hasBody = text.lowercased().contains("content-length: 4\r\n")
                    var body = words.count > 1 ? Array(words[1].utf8) : []
                    if hasBody {
                        guard (try? connection.read(exactly: 4) { body += Array($0) }) == 4 else { return }
                    }
                    state.withLock { $0.requests[words.prefix(2).joined(separator: " "), default: 0] += 1 }
                    while !state.withLock({ $0.isOpen }) { usleep(1_000) }
                    let answer = "HTTP/1.1 200 OK\r\ncontent-length: \(body.count)\r\n\r\n"
                    guard (try? connection.write(Array(answer.utf8) + (words.first == "HEAD" ? [] : body))) != nil
                    else { return }
                    state.withLock { $0.answered += 1 }
                }
            }
        }

        /// A proxy of one loop, clients of it, and the server behind it.
        private struct Scene {
            let gated = GatedServer()
            let server: RawServer
            let directory: TemporaryDirectory
            let proxy: ChildProcess
            let clients: [HTTPClient]

            init() async throws {
                server = try RawServer(.script { [gated] in gated.serve($0) })
                directory = try TemporaryDirectory("venus-crowd")
                let port = try freePort()
                proxy = try VenusBinary.start(
                    ["proxy"],
                    environment: [
                        "VENUS_DATA": directory.file("data"), "VENUS_PROXY_LISTEN": "127.0.0.1:\(port)",
                        "VENUS_PROXY_THREADS": "1",
                    ], directory: directory.path)
                try await proxy.waitForLine("the address") { $0.contains("Proxy") && $0.contains(":\(port)") }
                clients = try (0..<CrowdTests.count).map { _ in try HTTPClient(port: port) }
            }
        }

        /// What `body` does comes to the proxy at once.
        private func atOnce(_ proxy: ChildProcess, _ body: () async throws -> Void) async throws {
            proxy.signal(SIGSTOP)
            defer { proxy.signal(SIGCONT) }
            try await eventually("the stop") {
                // A thread that has yet to stop still takes what comes.
                try FileManager.default.contentsOfDirectory(atPath: "/proc/\(proxy.pid)/task").allSatisfy {
                    let text = try String(contentsOfFile: "/proc/\(proxy.pid)/task/\($0)/stat", encoding: .utf8)
                    return text.split(separator: ")").last?.split(separator: " ").first == "T"
                }
            }
            try await body()
        }

        /// Of each client one request, of several kinds: what it is, and what answers it.
        private func request(_ number: Int, _ round: String, port: Int) -> (text: String, name: String, answer: String)
        {
            let path = "/\(round)/\(number)"
            let target = "http://127.0.0.1:\(port)\(path) HTTP/1.1\r\nHost: x\r\n"
            switch number % 4 {
            case 0: return ("POST \(target)Content-Length: 4\r\n\r\nbody", "POST \(path)", path + "body")
            case 1: return ("HEAD \(target)\r\n", "HEAD \(path)", "")
            default: return ("GET \(target)\r\n", "GET \(path)", path)
            }
        }

        private func write(_ clients: [HTTPClient], _ round: String, port: Int) throws {
            for (number, client) in clients.enumerated() {
                try client.connection.write(request(number, round, port: port).text)
            }
        }

        private func expectAnswers(_ clients: [HTTPClient], _ round: String, port: Int) async throws {
            for (number, client) in clients.enumerated() {
                let expected = request(number, round, port: port)
                let answer = try await blocking {
                    guard let head = try client.connection.read(upTo: "\r\n\r\n") else { return "" }
                    var body: [UInt8] = []
                    _ = try client.connection.read(exactly: expected.answer.utf8.count) { body += Array($0) }
                    return String(decoding: head.prefix(12), as: UTF8.self) + String(decoding: body, as: UTF8.self)
                }
                #expect(answer == "HTTP/1.1 200" + expected.answer)
            }
        }

        @Test("requests and responses that come at once go each to whom they are meant for")
        func crowd() async throws {
            let scene = try await Scene()
            defer { withExtendedLifetime(scene) {} }
            let (gated, clients) = (scene.gated, scene.clients)

            // The first round on new connections, the others on those.
            for (turn, round) in ["first", "second", "third"].enumerated() {
                gated.open(false)
                try await atOnce(scene.proxy) { try write(clients, round, port: scene.server.port) }
                try await eventually("the requests") { gated.requests == Self.count * (turn + 1) }
                try await atOnce(scene.proxy) {
                    gated.open(true)
                    try await eventually("the answers") { gated.answered == Self.count * (turn + 1) }
                }
                try await expectAnswers(clients, round, port: scene.server.port)
            }
            #expect(gated.state.withLock { $0.requests.values.allSatisfy { $0 == 1 } })
        }

        @Test("requests that come just before their connections end are sent once, on new ones")
        func ended() async throws {
            let scene = try await Scene()
            defer { withExtendedLifetime(scene) {} }
            let (gated, clients) = (scene.gated, scene.clients)
            gated.open(true)
            try await atOnce(scene.proxy) { try write(clients, "first", port: scene.server.port) }
            try await expectAnswers(clients, "first", port: scene.server.port)

            try await atOnce(scene.proxy) {
                try write(clients, "second", port: scene.server.port)
                gated.end()
            }
            try await expectAnswers(clients, "second", port: scene.server.port)
            for number in clients.indices {
                let name = request(number, "second", port: scene.server.port).name
                #expect(gated.state.withLock { $0.requests[name] } == 1, "\(name)")
            }
        }

        @Test("clients that leave while their answers come do not disturb the others")
        func left() async throws {
            let scene = try await Scene()
            defer { withExtendedLifetime(scene) {} }
            let gated = scene.gated
            var clients = scene.clients
            try await atOnce(scene.proxy) { try write(clients, "first", port: scene.server.port) }
            try await eventually("the requests") { gated.requests == Self.count }
            try await atOnce(scene.proxy) {
                gated.open(true)
                try await eventually("the answers") { gated.answered == Self.count }
                for client in clients.suffix(Self.count / 2) { client.connection.reset() }
            }
            clients.removeLast(Self.count / 2)
            try await expectAnswers(clients, "first", port: scene.server.port)
            try await atOnce(scene.proxy) { try write(clients, "second", port: scene.server.port) }
            try await expectAnswers(clients, "second", port: scene.server.port)
            #expect(scene.proxy.isRunning)
        }
    }
}
