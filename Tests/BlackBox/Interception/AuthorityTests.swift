import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("venus ca: the certificate authority")
    struct AuthorityTests {
        private let directory: TemporaryDirectory

        init() throws { directory = try TemporaryDirectory("venus-ca") }

        private var data: String { directory.file("data") }

        @Test("is made once, and exported for those who are to trust it")
        func export() async throws {
            #expect(try await output("show").status == .exited(1))
            #expect(try await output("show").standardError.contains("venus ca init"))
            let made = try await run("init")
            for store in ["update-ca-certificates", "keytool", "NODE_EXTRA_CA_CERTS", "certutil", "security add"] {
                #expect(made.contains(store), "\(store)")
            }
            let again = try await output("init")
            #expect(again.status == .exited(1))
            #expect(again.standardError.contains("venus ca rotate"))

            let shown = try JSONValue(try await run("show", "--json"))
            let fingerprint = try #require(shown["certificate"]["sha256"].string)
            for (format, form) in [("pem", "PEM"), ("der", "DER")] {
                let file = directory.file("ca.\(format)")
                try await run("export", "--format", format, "--output", file)
                let told = try await ChildProcess.run(
                    "openssl", ["x509", "-inform", form, "-in", file, "-noout", "-fingerprint", "-sha256"])
                let digits = told.split(separator: "=").last?.filter(\.isHexDigit).lowercased()
                #expect(digits == fingerprint)
            }
            let exported = try await run("export")
            #expect(!exported.contains("PRIVATE KEY"))
            #expect(exported.contains("BEGIN CERTIFICATE"))
            // The system's and ours, in one file that OpenSSL takes.
            let bundle = directory.file("bundle.pem")
            try await run("export", "--format", "bundle", "-o", bundle)
            let verified = try await ChildProcess.run(
                "openssl", ["verify", "-CAfile", bundle, directory.file("ca.pem")])
            #expect(verified.contains("OK"))
            #expect(try String(contentsOfFile: bundle, encoding: .utf8).count > exported.count)
        }

        @Test("its key is for its owner alone, and is not used when it is not", arguments: ["ca", "ca/authority.pem"])
        func permissions(name: String) async throws {
            try await run("init")
            let path = data + "/" + name
            let mode = name == "ca" ? "700" : "600"
            chmod(path, 0o755)
            for arguments in [["show"], ["export"], ["rotate"]] {
                let refused = try await output(arguments)
                #expect(refused.status == .exited(1))
                #expect(refused.standardError.contains("chmod \(mode) \(path)"))
                #expect(!refused.standardOutput.contains("BEGIN"))
            }
            let proxy = try await VenusBinary.output(
                ["proxy", "--proxy-listen", "127.0.0.1:0"], environment: variables(["VENUS_INTERCEPTION_HOSTS": "*"]),
                directory: directory.path)
            #expect(proxy.status == .exited(1))
            #expect(proxy.standardError.contains("chmod \(mode) \(path)"))
        }

        @Test("a rotation keeps the certificate before until it is told to finish")
        func rotation() async throws {
            let first = try await JSONValue(run("init", "--json"))["certificate"]["sha256"].string
            let rotated = try await JSONValue(run("rotate", "--json"))
            #expect(rotated["former"].array.map { $0["sha256"].string } == [first])
            #expect(rotated["certificate"]["sha256"].string != first)
            #expect(try await certificates() == 2)
            #expect(try await run("rotate", "--finish").contains("forgotten"))
            #expect(try await certificates() == 1)
        }

        @Test("without an authority, venus proxy says what to do; what it needs not, it does not ask for")
        func missing() async throws {
            let proxy = try await VenusBinary.output(
                ["proxy", "--proxy-listen", "127.0.0.1:0"], environment: variables(["VENUS_INTERCEPTION_HOSTS": "*"]),
                directory: directory.path)
            #expect(proxy.status == .exited(1))
            #expect(proxy.standardError.contains("venus ca init --data \(data)"))
            let off = try VenusBinary.start(
                ["proxy", "--proxy-listen", "127.0.0.1:0"], environment: variables(), directory: directory.path)
            try await off.waitForLine { $0.contains("Proxy") }
            #expect(try await off.stop() == .exited(0))
            #expect(!FileManager.default.fileExists(atPath: data + "/ca"))
        }

        @Test("files that the configuration names and that are none of certificates are exit status 78")
        func files() async throws {
            try await run("init")
            let nonsense = try directory.write("nonsense", to: "nonsense.pem")
            for (name, value) in [
                ("TRUST", nonsense), ("TRUST", "/no/such/file"),
                ("CLIENT_CERTIFICATES", "[{hosts: [a.example], certificate: \(nonsense), key: \(nonsense)}]"),
            ] {
                let proxy = try await VenusBinary.output(
                    ["proxy", "--proxy-listen", "127.0.0.1:0"],
                    environment: variables(["VENUS_INTERCEPTION_HOSTS": "*", "VENUS_INTERCEPTION_\(name)": value]),
                    directory: directory.path)
                #expect(proxy.status == .exited(78))
                #expect(proxy.standardError.contains("interception.\(name.lowercased())"))
            }
        }

        @Test("pins are listed, and forgotten by host")
        func pinned() async throws {
            #expect(try await run("pinned").contains("No client"))
            let now = Int(Date().timeIntervalSince1970)
            let lines = [
                "\(now + 1_000)\t\(now)\tcheckout\tbank.example", "\(now + 1_000)\t\(now)\t10.0.0.7\tbank.example",
                "\(now + 1_000)\t\(now)\tcart\tpay.example", "\(now - 1)\t\(now - 9)\tcart\told.example",
            ]
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: data + "/pins"))
            chmod(data + "/pins", 0o600)
            let pins = try await JSONValue(run("pinned", "--json"))["pins"].array
            #expect(pins.map { $0["host"].string } == ["bank.example", "bank.example", "pay.example"])
            #expect(try await run("pinned").contains("10.0.0.7"))
            #expect(try await run("pinned", "--forget", "BANK.example.").contains("for 2 clients"))
            #expect(try await JSONValue(run("pinned", "--json"))["pins"].array.count == 1)
            #expect(try await output(["pinned", "--forget", "bank.example"]).status == .exited(1))
        }

        @discardableResult
        private func run(_ arguments: String...) async throws -> String {
            let output = try await output(arguments)
            guard output.status == .exited(0) else { throw TestFailure("\(arguments): \(output)") }
            return output.standardOutput
        }

        private func output(_ arguments: String...) async throws -> ChildProcess.Output { try await output(arguments) }

        private func output(_ arguments: [String]) async throws -> ChildProcess.Output {
            try await VenusBinary.output(["ca"] + arguments, environment: variables(), directory: directory.path)
        }

        private func variables(_ more: [String: String] = [:]) -> [String: String] {
            ["VENUS_DATA": data].merging(more) { $1 }
        }

        /// How many certificates are exported.
        private func certificates() async throws -> Int {
            try await run("export").components(separatedBy: "BEGIN CERTIFICATE").count - 1
        }
    }
}
