import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("Descriptors run out")
    struct ExhaustionTests {
        /// Of the proxy's process; enough for itself and a few dozen connections.
        private static let descriptors = 96

        private func start(_ directory: TemporaryDirectory, port: Int) async throws -> ChildProcess {
            let proxy = try ChildProcess(
                "sh", ["-c", "ulimit -n \(Self.descriptors) && exec \"$0\" proxy", try VenusBinary.path()],
                environment: [
                    "VENUS_DATA": directory.file("data"), "VENUS_PROXY_LISTEN": "127.0.0.1:\(port)",
                    "VENUS_PROXY_THREADS": "1", "SWIFT_BACKTRACE": "enable=no",
                ], directory: directory.path, endSignal: SIGTERM)
            try await proxy.waitForLine("the address") { $0.contains("Proxy") && $0.contains(":\(port)") }
            return proxy
        }

        /// Processor time of the process so far, in clock ticks (proc(5): the 14th and 15th word).
        private func processorTicks(_ pid: pid_t) throws -> Int {
            let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
            // Behind the name, which is in parentheses, follows the third word.
            let words = text.split(separator: ")").last?.split(separator: " ") ?? []
            return (Int(words[11]) ?? 0) + (Int(words[12]) ?? 0)
        }

        @Test("who is there is answered, nothing spins, and when there are some again everybody is served")
        func recovers() async throws {
            let origin = try Origin()
            let directory = try TemporaryDirectory("venus-descriptors")
            let port = try freePort()
            let proxy = try await start(directory, port: port)
            let early = try (0..<8).map { _ in try HTTPClient(port: port) }
            for client in early { #expect(try await client.get(origin.url()).status == 200) }

            // More than it has descriptors for: those that it cannot take wait in its queue.
            let idle = try (0..<Self.descriptors * 2).map { _ in try TCPConnection(port: port) }
            try await eventually("the lack") { proxy.transcript.contains("no descriptor for a new connection") }
            // On the connections that are there it goes on.
            for client in early { #expect(try await client.get(origin.url()).status == 200) }
            // A tunnel needs one more, and keeps it.
            var refused: [HTTPResponse] = []
            for client in early {
                let answer = try await client.connect(origin.authority)
                if answer.status != 200 { refused.append(answer) }
            }
            #expect(refused.count >= 4)
            for answer in refused {
                #expect(answer.status == 503)
                #expect(answer["proxy-status"] == "venus; error=proxy_internal_error")
            }

            let ticks = try processorTicks(proxy.pid)
            try await Task.sleep(for: .seconds(2))  // The span over which it must not spin.
            let used = Double(try processorTicks(proxy.pid) - ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
            #expect(used < 0.3, "seconds of processor time in two")

            for connection in idle { connection.close() }
            try await eventually("calls as before") {
                for _ in 0..<20 where try await HTTPClient(port: port).get(origin.url()).status != 200 { return false }
                return true
            }
            withExtendedLifetime(early) {}
            #expect(try await proxy.stop() == .exited(0))
        }
    }
}
