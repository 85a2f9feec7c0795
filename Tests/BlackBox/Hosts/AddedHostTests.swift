import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("A machine that the line of venus host add makes a host")
    struct AddedHostTests {
        private struct Scene {
            let venus: VenusUp
            let api: VenusAPI
            /// What `venus host add` printed.
            let line: String

            init(environment: [String: String] = [:]) async throws {
                venus = try await VenusUp(arguments: ["--no-host"], environment: environment)
                api = try await venus.signIn()
                let added = try await VenusBinary.output(["host", "add", "web-1"], environment: venus.runEnvironment)
                line = added.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
                guard added.status == .exited(0), !line.isEmpty, !line.contains("\n") else {
                    throw TestFailure("host add: \(added)")
                }
            }

            /// Where the line installs.
            var home: String { venus.directory.file("agent") }

            /// Begins as that of `venus up`, whose end ends all that work on such: also an agent that a test left.
            private var data: String { venus.directory.file("data-of-the-agent") }

            /// The shell waits for it.
            var agent: pid_t? { OwnedProcesses.ids(markedBy: "VENUS_DATA=" + data, word: "agent").first }

            func paste(_ line: String) throws -> ChildProcess {
                let environment = [
                    "VENUS_DIRECTORY": home, "VENUS_DATA": data,
                    "VENUS_AGENT_READ_INTERVAL": "1s", "VENUS_AGENT_PUBLISH_INTERVAL": "2s",
                ]
                // To nowhere but this machine, and with no library of ours to be found.
                return try ChildProcess(
                    "/bin/sh", ["-c", line],
                    environment: environment.merging(["LD_LIBRARY_PATH": "", "SWIFT_BACKTRACE": "enable=no"]) { $1 })
            }

            func started(_ line: String) async throws -> ChildProcess {
                let agent = try paste(line)
                try await agent.waitForLine(within: .seconds(60), "the agent's line") { $0.contains("Agent  web-1") }
                return agent
            }
        }

        @Test("installs this server's program and its libraries, and fetches them once; a wrong key is told")
        func install() async throws {
            let scene = try await Scene()
            let shell = try await scene.started(scene.line)
            let host = try await eventually(within: .seconds(30), "the host") { () -> JSONValue? in
                try await scene.api.get("/hosts")["items"].array.first { !$0["figures"]["memory_utilization"].isNull }
            }
            #expect(host["name"].string == "web-1")
            // It runs what was installed, not what was built here.
            let versions = try FileManager.default.contentsOfDirectory(atPath: scene.home)
            #expect(versions.count == 1 && versions[0].hasPrefix("version-"), "\(versions)")
            let version = scene.home + "/" + (versions.first ?? "")
            let agent = try #require(scene.agent)
            // Whoever lists the processes sees no key.
            let words = try String(contentsOfFile: "/proc/\(agent)/cmdline", encoding: .utf8).split(separator: "\0")
            #expect(words.dropFirst().first == "agent" && !words.contains { $0.contains("venus_") }, "\(words)")
            let mapped = try String(contentsOfFile: "/proc/\(agent)/maps", encoding: .utf8).split(separator: "\n")
                .compactMap { $0.split(separator: " ", omittingEmptySubsequences: true).dropFirst(5).first }
            #expect(mapped.contains { $0 == version + "/venus" })
            #expect(mapped.allSatisfy { !$0.contains("/swift/") && !$0.contains(VenusBinary.packageRoot) }, "\(mapped)")
            // It sends every two seconds. Of the program's and its libraries' files there is more in memory only while it
            // does; its own never grows.
            var resident: [Int] = []
            var own = 0
            try await eventually(within: .seconds(20), poll: .milliseconds(50), "a hundred looks") {
                resident.append(OwnedProcesses.residentBytes(agent) ?? .max)
                own = max(own, OwnedProcesses.anonymousBytes(agent) ?? .max)
                return resident.count == 100
            }
            #expect(resident.sorted()[89] <= 20 << 20, "\(resident)")
            #expect(own <= 10 << 20, "\(own)")
            kill(agent, SIGTERM)
            #expect(try await shell.waitForExit() == .exited(0))

            func number() throws -> Int? {
                try FileManager.default.attributesOfItem(atPath: version + "/venus")[.systemFileNumber] as? Int
            }
            let installed = try number()
            let again = try await scene.started(scene.line)
            #expect(try number() == installed)
            kill(try #require(scene.agent), SIGTERM)
            #expect(try await again.waitForExit() == .exited(0))

            let wrong = try scene.paste(
                scene.line.replacing(#/VENUS_AGENT_KEY=\S+/#, with: "VENUS_AGENT_KEY=venus_wrong"))
            #expect(try await wrong.waitForExit() != .exited(0))
            #expect(wrong.standardError.text.contains("401"), "\(wrong.transcript)")
        }

        @Test("crosses a limit, and people are told, and told again when it is over")
        func alert() async throws {
            let scene = try await Scene(environment: AlertBench.environment)
            let receiver = try await AlertBench.receiver(of: scene.api, in: scene.venus.directory).process
            let metric = #""level":"host","host":"web-1","metric":"host:system.memory.utilization""#
            // Some memory is in use anywhere.
            try await scene.api.send("PUT", "/thresholds", "{\(metric),\"window\":\"10s\",\"critical\":0.00001}")
            try await scene.api.send(
                "PUT", "/rules/memory", "{\(metric),\"for_seconds\":1,\"keep_firing_for_seconds\":1}")
            let command = { try await VenusBinary.output(["alerts"], environment: scene.venus.runEnvironment) }
            #expect(try await command().standardOutput == "No alerts.\n")
            let agent = try await scene.started(scene.line)
            try await eventually(within: .seconds(60), "the message") {
                try AlertBench.messages(receiver).map(\.kind) == ["alert.firing"]
            }
            let alert = try await scene.api.get("/alerts?host=web-1&state=firing")["items"].array.first {
                $0["rule"].string == "memory"
            }
            #expect(alert?["value"].double ?? 0 > 0.00001 && alert?["subject"]["host"].string == "web-1")
            let shown = try await command().standardOutput
            #expect(shown.contains("firing") && shown.contains("web-1"), "\(shown)")
            try await scene.api.send("PUT", "/thresholds", "{\(metric),\"window\":\"10s\",\"critical\":1}")
            try await eventually(within: .seconds(60), "the end") {
                try AlertBench.messages(receiver).map(\.kind) == ["alert.firing", "alert.resolved"]
            }
            let messages = try AlertBench.messages(receiver)
            #expect(Set(messages.map(\.fault)).count == 1 && messages.allSatisfy { $0.verified == [0] })
            withExtendedLifetime((agent, receiver)) {}
        }
    }
}
