import Foundation
import TestSupport
import Testing

extension TheBinary {
    /// examples/live.py and examples/live.sh, as their first lines say to run them.
    @Suite("The examples of the live socket")
    struct LiveExampleTests {
        private static let examples = VenusBinary.packageRoot + "/examples/"
        private static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        private static let hasWscat = path.contains { FileManager.default.isExecutableFile(atPath: $0 + "/wscat") }

        private static func call(_ venus: VenusUp, as service: String, _ origin: Origin) async throws {
            let run = try await venus.run(service: service, ["curl", "-sS", "-o", "/dev/null", origin.url()])
            #expect(run.status == .exited(0))
        }

        private static func socketURL(_ venus: VenusUp) -> String {
            "ws://127.0.0.1:\(venus.serverPort)/api/v1/live"
        }

        @Test("live.py prints each edge of its service that changes, and returns to a server that was away")
        func python() async throws {
            let (first, second) = (try Origin(), try Origin())
            let venus = try await VenusUp()
            let token = try await venus.signIn().token
            let example = try ChildProcess(
                "/usr/bin/python3", [Self.examples + "live.py", Self.socketURL(venus), "checkout"],
                environment: ["TOKEN": token])
            try await Self.call(venus, as: "billing", first)
            try await Self.call(venus, as: "checkout", first)
            let line = try await example.waitForLine("the first edge") {
                $0.contains("checkout") && $0.contains(first.authority)
            }
            #expect(line.contains(" 1 calls, availability 1") && line.contains("p95 "))
            #expect(try await venus.stop() == .exited(0))
            try await example.waitForLine("a connection that fails") { $0.contains("onnect call failed") }
            try await venus.start()
            try await Self.call(venus, as: "checkout", second)
            try await example.waitForLine("the second edge") {
                $0.contains("checkout") && $0.contains(second.authority)
            }
            #expect(!example.standardOutput.text.contains("billing"))
            #expect(try await example.stop(SIGINT, within: .seconds(10)) == .exited(0), "\(example.transcript)")
        }

        @Test("live.py tells what is missing, and ends")
        func pythonWithoutToken() async throws {
            let output = try await ChildProcess.output(
                of: "/usr/bin/python3", [Self.examples + "live.py", "ws://127.0.0.1:1/"], within: .seconds(20))
            #expect(output.status == .exited(1) && output.standardError.contains("TOKEN"))
        }

        @Test(
            "live.sh prints each message on a line, and keeps the token to itself",
            .enabled(if: hasWscat, "wscat is not installed: npm install --global wscat, or Debian's node-ws"))
        func shell() async throws {
            let origin = try Origin()
            let venus = try await VenusUp()
            let token = try await venus.signIn().token
            let example = try ChildProcess(
                "sh",
                [
                    "-c", "tail -f /dev/null | \"$0\" \"$@\"", Self.examples + "live.sh", Self.socketURL(venus),
                    "checkout",
                ],
                environment: ["TOKEN": token])
            defer { withExtendedLifetime(example) {} }
            try await example.waitForLine("the snapshot") { $0.contains(#""type":"snapshot""#) }
            let command = try await ChildProcess.run("ps", ["-e", "-o", "args"])
            #expect(command.contains("wscat") && !command.contains(token))
            try await Self.call(venus, as: "checkout", origin)
            let line = try await example.waitForLine("the edge") {
                $0.contains(#""type":"update""#) && $0.contains(origin.authority)
            }
            #expect(try JSONValue(line)["topic"].string == "kpis")
        }
    }
}
