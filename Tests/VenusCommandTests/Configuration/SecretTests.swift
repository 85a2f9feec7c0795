import Foundation
import TestSupport
import Testing
import venus

@Suite("Secrets in the configuration")
struct SecretTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory("venus-secrets") }

    private func load(_ variables: [String: String], yaml: String = "") throws -> VenusConfiguration {
        let file = try directory.write(yaml, to: "venus.yaml")
        return try VenusConfiguration.load(configFile: file, environment: variables)
    }

    private func problems(_ variables: [String: String], yaml: String = "") throws -> String {
        do {
            _ = try load(variables, yaml: yaml)
            return ""
        } catch let errors as ConfigurationErrors {
            return errors.description
        }
    }

    @Test("come directly or from a file, without its newline")
    func sources() throws {
        #expect(try load(["VENUS_SERVER_SECRET": "correct horse"]).server.secret?.text == "correct horse")
        let path = try directory.write("battery staple\n", to: "secret")
        #expect(try load(["VENUS_SERVER_SECRET_FILE": path]).server.secret?.text == "battery staple")
        #expect(try load([:], yaml: "server: { secret_file: \(path) }").server.secret?.text == "battery staple")
        let url = try directory.write("postgres://u:pw@h/db\n", to: "url")
        #expect(try load(["VENUS_STORE_URL_FILE": url]).store.url?.secretText == "postgres://u:pw@h/db")
    }

    @Test("the nearer layer wins, whether direct or from a file; both in one layer is an error")
    func precedence() throws {
        let path = try directory.write("from-a-file", to: "secret")
        let yaml = "server: { secret: from-the-yaml }"
        #expect(try load(["VENUS_SERVER_SECRET_FILE": path], yaml: yaml).server.secret?.text == "from-a-file")
        let yamlFile = "server: { secret_file: \(path) }"
        #expect(
            try load(["VENUS_SERVER_SECRET": "from-a-variable"], yaml: yamlFile).server.secret?.text
                == "from-a-variable")
        let both = try problems(["VENUS_SERVER_SECRET": "one-secret", "VENUS_SERVER_SECRET_FILE": path])
        #expect(both.contains("VENUS_SERVER_SECRET_FILE: server.secret_file: server.secret is given at"))
    }

    @Test("a file that holds none is refused", arguments: ["", "\n", "two\nlines", "short"])
    func badFiles(_ contents: String) throws {
        let path = try directory.write(contents, to: "secret")
        #expect(try problems(["VENUS_SERVER_SECRET_FILE": path]).contains("VENUS_SERVER_SECRET_FILE: server.secret"))
        #expect(try problems(["VENUS_SERVER_SECRET_FILE": directory.file("none")]).contains("cannot be read"))
    }

    @Test("never appear in an error")
    func errors() throws {
        let found = try problems([
            "VENUS_SERVER_SECRET": "hunt2", "VENUS_STREAM_URL": "redis://u:hunt2@h/x", "VENUS_STORE_URL": "hunt2",
        ])
        #expect(found.contains("VENUS_SERVER_SECRET: server.secret"))
        #expect(found.contains("VENUS_STREAM_URL: stream.url"))
        #expect(found.contains("VENUS_STORE_URL: store.url"))
        #expect(!found.contains("hunt2"))
    }

    @Test("are shown as set by the check, with the source of every value")
    func check() throws {
        let configuration = try load(
            ["VENUS_SERVER_SECRET": "correct horse", "VENUS_STREAM_URL": "redis://u:hunt2@h:6379"],
            yaml: "service: checkout\nproxy:\n  listen: 127.0.0.1:9\n")
        let report = ConfigCheck.report(configuration)
        #expect(!report.contains("correct horse"))
        #expect(!report.contains("hunt2"))
        let lines = report.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(lines.contains("server.secret (set) VENUS_SERVER_SECRET"))
        #expect(lines.contains("stream.url redis://u:***@h:6379 VENUS_STREAM_URL"))
        #expect(lines.contains("proxy.listen 127.0.0.1:9 \(directory.file("venus.yaml")):3:11"))
        #expect(lines.contains("service checkout \(directory.file("venus.yaml")):1:10"))
        #expect(lines.contains("log.level info default"))
        for key in ConfigurationKey.all { #expect(lines.contains { $0.hasPrefix(key.name + " ") }) }
    }
}
