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
        /// Two would end the session that the others need: it learns the ids of sessions from answers. One waits for as
        /// long as it is asked to.
        private static let excluded = ["logout", "endSession", "getHostWatchers"]

        @Test("answers whatever is asked as it is described, with a session and without", arguments: [true, false])
        func conforms(isSignedIn: Bool) async throws {
            let venus = try await VenusUp()
            let api = try await venus.signIn()
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
            // A target that is too long is refused as such, which Schemathesis does not take for a refusal by itself.
            let configuration = venus.directory.file("schemathesis.toml")
            try Data(
                """
                [checks.negative_data_rejection]
                expected-statuses = [400, 401, 403, 404, 405, 413, 414, 415, 422, 431]
                """.utf8
            ).write(to: URL(fileURLWithPath: configuration))
            let report = venus.directory.file("schemathesis.json")
            var arguments = [
                "--config-file", configuration, "run", description, "--url", "http://127.0.0.1:\(venus.serverPort)",
                "--phases",
                "examples,coverage,fuzzing", "--checks", "all", "--max-examples", "40", "--max-time",
                "\(Self.budget)", "--generation-deterministic", "--continue-on-failure", "--no-color",
                "--report-json-path", report,
            ]
            // What the schema cannot say is refused too: a time in the future, from after to.
            var unchecked = ["positive_data_acceptance"]
            if isSignedIn {
                arguments += ["-H", "Authorization: Bearer \(api.token)"]
                arguments += Self.excluded.flatMap { ["--exclude-operation-id", $0] }
            } else {
                // Who is not signed in is told nothing else.
                unchecked += ["negative_data_rejection", "unsupported_method"]
            }
            arguments += ["--exclude-checks", unchecked.joined(separator: ",")]
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
            #expect(Set(excluded).isSubset(of: ids))
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
