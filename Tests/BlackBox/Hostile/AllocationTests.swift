import Foundation
import TestSupport
import Testing

/// How often the event loops may ask for memory. Lower them when the code gets better; raise one only on purpose, and
/// say why in the commit.
enum AllocationThresholds {
    /// In handing a finished block of calls over: its operations, its text, their place in the queue. Nothing else of a
    /// forwarded request allocates.
    static let perBlock = 6
    /// By all other threads, in shipping a block to the embedded journal.
    static let perBlockShipped = 300
    /// Anything else in a whole run: buffers and tables that grow.
    static let inAll = 40
    /// Blocks go out full, with 512 calls, or after 100 ms.
    static func blocks(calls: Int, in time: Duration) -> Int { calls / 512 + Int(time / .milliseconds(100)) + 2 }
}

extension TheBinary {
    @Suite("Allocations")
    struct AllocationTests {
        @Test("forwarding a recorded request allocates nothing: blocks of calls do")
        func requests() async throws {
            let origin = try Origin()
            let proxy = try await CountedProxy()
            let fields = [
                ("accept", "*/*"), ("accept-encoding", "gzip, br"), ("accept-language", "en"), ("cookie", "a=b; c=d"),
                ("user-agent", "venus-test/1.0"), ("x-request-id", "5f2b3c"), ("authorization", "Bearer abcdef"),
                ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ]
            try await proxy.measure("requests", warmUp: 1_000, calls: 20_000) { calls in
                let report = try await LoadGenerator(
                    proxyPort: proxy.port, url: origin.url("/bytes/200"), clients: 4, calls: calls, fields: fields
                ).finish()
                #expect(report.failed == 0, "\(report.failures)")
            }
        }

        @Test("a new tunnel allocates nothing: blocks of calls do")
        func tunnels() async throws {
            let echo = try RawServer(.echo)
            let proxy = try await CountedProxy()
            try await proxy.measure("tunnels", warmUp: 200, calls: 2_000) { calls in
                for _ in 0..<calls {
                    let client = try HTTPClient(port: proxy.port)
                    #expect(try await client.connect(echo.authority).status == 200)
                    try await blocking {
                        try client.connection.write("hello")
                        #expect(try client.connection.read(exactly: 5) { _ in } == 5)
                    }
                    client.close()
                }
            }
        }
    }
}

/// `venus proxy` on the embedded journal, with one event loop, and with its allocations counted.
private final class CountedProxy: Sendable {
    let port: Int
    private let directory: TemporaryDirectory
    private let process: ChildProcess
    private let counts: String

    init() async throws {
        directory = try TemporaryDirectory("venus-allocations")
        let library = directory.file("allocations.so")
        let source = VenusBinary.packageRoot + "/Tests/Allocations/allocations.c"
        let arguments = ["-O2", "-shared", "-fPIC", "-Wall", "-Werror", "-o", library, source]
        // The compiler that came with Swift, or the system's.
        if (try? await ChildProcess.run("clang", arguments)) == nil { try await ChildProcess.run("cc", arguments) }
        counts = directory.file("counts")
        try Data(count: 32).write(to: URL(fileURLWithPath: counts))
        port = try freePort()
        process = try VenusBinary.start(
            ["proxy"],
            environment: [
                "LD_PRELOAD": library, "ALLOCATIONS_FILE": counts, "VENUS_DATA": directory.file("data"),
                "VENUS_PROXY_LISTEN": "127.0.0.1:\(port)", "VENUS_PROXY_THREADS": "1", "VENUS_SERVICE": "checkout",
            ], directory: directory.path)
        try await process.waitForLine("the proxy's address") { [port] in
            $0.contains("Proxy") && $0.contains(":\(port)")
        }
    }

    /// Counts what `calls` calls cost after some that warm up, and holds it against the thresholds.
    func measure(
        _ what: String, warmUp: Int, calls: Int, _ make: (Int) async throws -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await make(warmUp)
        let before = try read()
        #expect(before.loops > 0, "the counter works", sourceLocation: sourceLocation)
        let start = ContinuousClock.now
        try await make(calls)
        let blocks = AllocationThresholds.blocks(calls: calls, in: .now - start)
        let after = try read()
        let byLoops = after.loops - before.loops
        let byOthers = after.others - before.others
        let text = "\(calls) \(what): \(byLoops) by the loop, \(byOthers) by others, at most \(blocks) blocks"
        #expect(
            byLoops <= blocks * AllocationThresholds.perBlock + AllocationThresholds.inAll, "\(text)",
            sourceLocation: sourceLocation)
        #expect(byLoops < calls / 2, "\(text)", sourceLocation: sourceLocation)
        #expect(
            byOthers <= blocks * AllocationThresholds.perBlockShipped + 1_000, "\(text)",
            sourceLocation: sourceLocation)
    }

    private func read() throws -> (loops: Int, others: Int) {
        let data = try Data(contentsOf: URL(fileURLWithPath: counts))
        return data.withUnsafeBytes {
            (
                Int($0.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                Int($0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}
