import Foundation
import TestSupport
import Testing

extension TheBinary {
    /// Schemathesis makes requests of every kind out of `openapi.json`, right ones and wrong ones, and holds the
    /// answers against it. `make test` installs it, and says where it is; skipped without.
    @Suite("The API, by its description", .enabled(if: Schemathesis.folder != nil))
    struct SchemathesisTests {
        /// Seconds that one run takes: it goes on with other data until then.
        private static let budget = 25
        /// They would end the session that the others need: it learns the ids of sessions from answers.
        private static let excluded = ["logout", "endSession"]
        /// Their rules are about several values at once, about now, about bytes, or about what an earlier answer said,
        /// which no schema says: they refuse values of which each is as it is described.
        private static let particular = [
            "addHost", "addReadings", "addSilence", "addUser", "addWebhook", "changeUser", "changeWebhook",
            "createKey", "getGraph", "getHistory", "getHostHistory", "getKPIs", "getLosses", "getSessions",
            "setObjective", "setRule", "setThreshold",
        ]

        /// All checks, of all operations but the particular ones. A refusal of what is wrong is also that the target is
        /// too long, that too much was tried before, or that nobody is signed in; of what is right, that there is no
        /// such thing or session, that it cannot be done, or that it is no upgrade.
        private static let configuration = """
            [checks.negative_data_rejection]
            expected-statuses = [400, 401, 403, 404, 405, 413, 414, 415, 422, 429, 431]

            [checks.positive_data_acceptance]
            expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 422, 426, 429]

            # Otherwise it waits for as long as it is asked to.
            [[operations]]
            include-operation-id = "getHostWatchers"
            parameters = { "query.wait_ms" = 0 }
            """

        /// Only for who is signed in: everybody else is told nothing about what is asked.
        private static let exceptions = """


            [[operations]]
            include-operation-id = \(particular)
            checks = { positive_data_acceptance = { enabled = false } }
            """

        @Test(
            "answers whatever is asked as it is described, with a session, and without where GitHub is a way in",
            arguments: [true, false])
        func conforms(isSignedIn: Bool) async throws {
            let gitHub = isSignedIn ? nil : try await GitHubScene()
            defer { withExtendedLifetime(gitHub) {} }
            let venus = if let gitHub { gitHub.up } else { try await VenusUp() }
            let api = try await venus.signIn()
            #expect(try await api.get("/login")["ways"].array.contains(.string("github")) == !isSignedIn)
            // Something to show.
            let origin = try Origin()
            _ = try await venus.run(service: "shop", ["curl", "-s", origin.url()])
            try await eventually(within: .seconds(15), "calls") {
                !(try await api.graph())["edges"].array.isEmpty
            }
            let description = venus.directory.file("openapi.json")
            let served = try await HTTPClient(port: venus.serverPort).request(
                "GET", "/api/v1/openapi.json",
                [("host", "127.0.0.1:\(venus.serverPort)"), ("authorization", "Bearer \(api.token)")], keep: 1 << 20)
            #expect(served.status == 200)
            try Data(served.body).write(to: URL(fileURLWithPath: description))
            let configuration = venus.directory.file("schemathesis.toml")
            try Data((Self.configuration + (isSignedIn ? Self.exceptions : "")).utf8).write(
                to: URL(fileURLWithPath: configuration))
            let report = venus.directory.file("schemathesis.json")
            var arguments = [
                "--config-file", configuration, "run", description, "--url", "http://127.0.0.1:\(venus.serverPort)",
                "--phases",
                "examples,coverage,fuzzing", "--max-examples", "40", "--max-time",
                "\(Self.budget)", "--generation-deterministic", "--continue-on-failure", "--no-color",
                "--report-json-path", report,
            ]
            if isSignedIn {
                arguments += ["-H", "Authorization: Bearer \(api.token)"]
                arguments += Self.excluded.flatMap { ["--exclude-operation-id", $0] }
            } else {
                // As a page of ours asks.
                arguments += ["-H", "Origin: http://127.0.0.1:\(venus.serverPort)"]
            }
            let program = try #require(Schemathesis.folder) + "/bin/schemathesis"
            let output = try await ChildProcess.output(
                of: program, arguments, directory: venus.directory.path, within: .seconds(Self.budget + 60))
            #expect(output.status == .exited(0), "\(output.standardOutput.suffix(6_000))\(output.standardError)")
            try Self.expectCompleteness(
                try JSONValue(String(contentsOfFile: report, encoding: .utf8)), of: try JSONValue(served.text),
                without: isSignedIn ? Self.excluded : [])
            // Venus is still there, and well.
            #expect(try await api.graph()["window"].string == "5m")
        }

        /// That every operation was asked for, but the excluded ones, and that nothing ended the run before its time.
        private static func expectCompleteness(
            _ report: JSONValue, of description: JSONValue, without excluded: [String]
        ) throws {
            let ids = description["paths"].names.flatMap { path in
                description["paths"][path].names.compactMap { description["paths"][path][$0]["operationId"].string }
            }
            #expect(Set(excluded + particular).isSubset(of: ids))
            let operations = report["operations"]
            #expect(operations["total"].int == ids.count && !ids.isEmpty)
            #expect(operations["selected"].int == ids.count - excluded.count, "\(operations)")
            // By an answer, at least, that was held against the description.
            #expect(operations["tested"] == operations["selected"], "\(operations)")
            #expect(operations["errored"].int == 0 && operations["skipped"].int == 0, "\(operations)")
            // The other reasons are that it was interrupted, or that nobody answered any more. What is made only once
            // was made, then, and what is made anew until the end was begun.
            #expect(["completed", "max_time"].contains(report["stop_reason"].string), "\(report["stop_reason"])")
            #expect(report["complete"].bool == true && report["errors"].array.isEmpty, "\(report["errors"])")
            for phase in ["coverage", "fuzzing"] {
                #expect(report["phases"][phase]["status"].string == "success", "\(phase): \(report["phases"])")
            }
        }
    }
}
