import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("venus run: a sidecar for the life of a command")
    struct RunCommandTests {
        @Test("the command's exit status is that of venus run", arguments: [0, 1, 7, 42])
        func exitStatus(code: Int32) async throws {
            let run = try await Self.run(["sh", "-c", "echo out; echo err >&2; exit \(code)"])
            #expect(run.status == .exited(code))
            #expect(run.standardOutput == "out\n")
            #expect(run.standardError.contains("err\n"))
        }

        @Test("a command that dies of a signal ends venus run as a shell would say it")
        func diesOfSignal() async throws {
            let run = try await Self.run(["sh", "-c", "kill -TERM $$"])
            #expect(run.status == .exited(128 + 15) || run.status == .signaled(15))
        }

        @Test("a command that does not exist is an error that says so")
        func noSuchCommand() async throws {
            let run = try await Self.run(["no-such-command-anywhere"])
            #expect(run.status == .exited(127))
            #expect(run.standardError.contains("no-such-command-anywhere"))
        }

        @Test("signals are passed on to the command", arguments: [SIGTERM, SIGINT, SIGHUP])
        func signals(signal: Int32) async throws {
            let directory = try TemporaryDirectory()
            let script = "trap 'echo caught; exit 5' TERM INT HUP; echo ready; while :; do sleep 0.05; done"
            let process = try VenusBinary.start(
                ["run", "--service", "checkout", "--", "sh", "-c", script],
                environment: ["VENUS_DATA": directory.file("data")], directory: directory.path)
            try await process.waitForLine { $0 == "ready" }
            process.signal(signal)
            #expect(try await process.waitForExit(within: .seconds(10)) == .exited(5))
            #expect(process.standardOutput.text.contains("caught"))
        }

        @Test("standard input reaches the command")
        func standardInput() async throws {
            #expect(try await Self.run(["cat"], standardInput: "hello\n").standardOutput == "hello\n")
        }

        @Test("arguments and environment reach the command as they are")
        func arguments() async throws {
            let run = try await Self.run(["printf", "%s|", "a b", "", "--service", "$HOME", "ü"])
            #expect(run.standardOutput == "a b||--service|$HOME|ü|")
            let variables = try await Self.run(["env"]).standardOutput.split(separator: "\n").map(String.init)
            for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
                #expect(variables.contains { $0.hasPrefix("\(name)=http://127.0.0.1:") }, "\(name)")
            }
            #expect(variables.contains("NODE_USE_ENV_PROXY=1"))
        }

        @Test("on its own it prints a summary at the end, on standard error")
        func summary() async throws {
            let origin = try Origin()
            let run = try await Self.run(["curl", "-sS", origin.url(), origin.url(), origin.url("/status/503")])
            #expect(run.status == .exited(0))
            #expect(run.standardOutput.hasPrefix("ok\nok\n"))
            let line = run.standardError.split(separator: "\n").first { $0.contains(origin.authority) }
            #expect(line?.contains("3") == true, "\(run.standardError)")
        }

        @Test("Python's urllib goes through it")
        func urllib() async throws {
            let origin = try Origin()
            let script =
                "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode(), end='')"
            let run = try await Self.run(["python3", "-c", script, origin.url("/headers")])
            #expect(run.status == .exited(0), "\(run.standardError)")
            #expect(run.standardOutput.lowercased().contains("via: "))
        }

        @Test(
            "Python's requests goes through it, HTTPS too",
            .enabled(if: hasRequests, "the module requests is not installed"))
        func requests() async throws {
            let origin = try Origin()
            let secure = try await TLSOrigin()
            let script = """
                import sys, requests
                session = requests.Session()
                for _ in range(3): print(session.get(sys.argv[1]).text)
                print(session.get(sys.argv[2], verify=sys.argv[3]).status_code)
                """
            let run = try await Self.run(
                ["python3", "-c", script, origin.url("/headers"), secure.url(), secure.certificate])
            #expect(run.status == .exited(0), "\(run.standardError)")
            #expect(run.standardOutput.lowercased().contains("via: ") && run.standardOutput.hasSuffix("200\n"))
            #expect(origin.connectionsAccepted == 1, "the connection is kept alive")
            #expect(run.standardError.contains(secure.authority))
        }

        private static func run(
            _ command: [String], standardInput: String? = nil
        ) async throws -> ChildProcess.Output {
            let directory = try TemporaryDirectory()
            return try await VenusBinary.output(
                ["run", "--service", "checkout", "--"] + command, environment: ["VENUS_DATA": directory.file("data")],
                directory: directory.path, standardInput: standardInput)
        }
    }
}

private let hasRequests: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", "import requests"]
    process.standardError = FileHandle.nullDevice
    try? process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
}()
