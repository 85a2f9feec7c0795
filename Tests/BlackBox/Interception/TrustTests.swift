import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("venus run: whom the command trusts")
    struct TrustTests {
        private let directory: TemporaryDirectory

        init() throws { directory = try TemporaryDirectory("venus-trust") }

        private static let bundles = [
            "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "GIT_SSL_CAINFO", "PIP_CERT",
            "CARGO_HTTP_CAINFO", "DENO_CERT", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
        ]

        @Test("without interception it is told nothing of certificates, and no authority is made")
        func off() async throws {
            let variables = try await variables(of: [:])
            let own = ProcessInfo.processInfo.environment
            for name in Self.bundles + ["NODE_EXTRA_CA_CERTS"] { #expect(variables[name] == own[name]) }
            #expect(variables["JAVA_TOOL_OPTIONS"]?.contains("trustStore") == false)
            #expect(!FileManager.default.fileExists(atPath: directory.file("data/ca")))
        }

        @Test("with interception on, every variable names a bundle of the system's authorities and ours")
        func on() async throws {
            let variables = try await variables(of: ["VENUS_INTERCEPTION_HOSTS": "api.example.com"])
            let bundle = try #require(variables["SSL_CERT_FILE"])
            for name in Self.bundles { #expect(variables[name] == bundle) }
            let authority = directory.file("ca.pem")
            _ = try await VenusBinary.output(
                ["ca", "export", "-o", authority], environment: ["VENUS_DATA": directory.file("data")],
                directory: directory.path)
            let own = try String(contentsOfFile: authority, encoding: .utf8)
            let all = try String(contentsOfFile: bundle, encoding: .utf8)
            #expect(all.hasSuffix(own))
            #expect(all.components(separatedBy: "BEGIN CERTIFICATE").count > 50)
            let extra = try String(contentsOfFile: try #require(variables["NODE_EXTRA_CA_CERTS"]), encoding: .utf8)
            #expect(extra.hasSuffix(own))
            #expect(!all.contains("PRIVATE KEY"))
            // The same files the next time.
            let again = try await self.variables(of: ["VENUS_INTERCEPTION_HOSTS": "api.example.com"])
            #expect(again["SSL_CERT_FILE"] == bundle)
        }

        @Test("what the command would have trusted, it trusts on")
        func inherited() async throws {
            let other = directory.file("other.pem")
            try await ChildProcess.run(
                "openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x",
                    "-keyout", directory.file("other.key"), "-out", other,
                ])
            let variables = try await variables(of: [
                "VENUS_INTERCEPTION_HOSTS": "*", "REQUESTS_CA_BUNDLE": other, "NODE_EXTRA_CA_CERTS": other,
            ])
            let own = try String(contentsOfFile: other, encoding: .utf8)
            for name in ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] {
                let text = try String(contentsOfFile: try #require(variables[name]), encoding: .utf8)
                #expect(text.contains(own), "\(name)")
            }
        }

        @Test("Java has a trust store with ours in it, where there is a keytool")
        func java() async throws {
            guard try await ChildProcess.output(of: "sh", ["-c", "command -v keytool"]).status == .exited(0) else {
                return
            }
            let variables = try await variables(of: ["VENUS_INTERCEPTION_HOSTS": "*"])
            let options = try #require(variables["JAVA_TOOL_OPTIONS"])
            let store = try #require(options.firstMatch(of: /-Djavax\.net\.ssl\.trustStore=(\S+)/)).1
            let listed = try await ChildProcess.run(
                "keytool", ["-list", "-keystore", String(store), "-storepass", "changeit"])
            #expect(listed.contains("venus-ca-0"))
        }

        @Test("a container gets the variables, the files, and the machine's network unless it is told which")
        func container() async throws {
            let docker = try directory.write("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", to: "docker")
            chmod(docker, 0o755)
            let variables = ["VENUS_INTERCEPTION_HOSTS": "*"]
            let plain = try await run([docker, "--context", "x", "run", "--rm", "image", "sh", "-c", "a b"], variables)
            let lines = plain.split(separator: "\n").map(String.init)
            #expect(lines.starts(with: ["--context", "x", "run", "--network", "host", "--env"]))
            #expect(lines.suffix(5) == ["--rm", "image", "sh", "-c", "a b"])
            let bundle = try #require(lines.first { $0.hasPrefix("SSL_CERT_FILE=") }.map { $0.dropFirst(14) })
            #expect(bundle.hasPrefix("/run/venus/bundle-"))
            #expect(lines.contains { $0.hasSuffix(":\(bundle):ro") })
            #expect(lines.contains { $0.hasPrefix("HTTPS_PROXY=http://127.0.0.1:") })
            #expect(!lines.contains { $0.hasPrefix("PATH=") })
            let named = try await run([docker, "run", "--network=mine", "image"], variables)
            #expect(!named.contains("host\n"))
            // Other commands are left alone.
            #expect(try await run([docker, "ps", "run"], variables) == "ps\nrun\n")
        }

        /// What a command finds in its environment.
        private func variables(of more: [String: String]) async throws -> [String: String] {
            let lines = try await run(["env"], more).split(separator: "\n")
            return Dictionary(
                lines.compactMap { line in
                    line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
                }, uniquingKeysWith: { $1 })
        }

        private func run(_ command: [String], _ variables: [String: String]) async throws -> String {
            let output = try await VenusBinary.output(
                ["run", "--service", "x", "--"] + command,
                environment: ["VENUS_DATA": directory.file("data")].merging(variables) { $1 },
                directory: directory.path)
            guard output.status == .exited(0) else { throw TestFailure("\(command): \(output)") }
            return output.standardOutput
        }
    }
}
