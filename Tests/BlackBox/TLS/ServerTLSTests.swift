import Foundation
import TestSupport
import Testing

extension TheBinary {
    @Suite("The server by TLS")
    struct ServerTLSTests {
        /// A `venus up` that speaks TLS.
        private final class Scene: Sendable {
            let directory: TemporaryDirectory
            let certificate: ServerCertificate
            let port: Int
            let process: ChildProcess
            let environment: [String: String]

            init() async throws {
                directory = try TemporaryDirectory("venus-tls")
                certificate = try await ServerCertificate()
                port = try freePort()
                for (path, name) in [(certificate.certificate, "server.pem"), (certificate.key, "server.key")] {
                    try FileManager.default.copyItem(atPath: path, toPath: directory.file(name))
                }
                environment = ["VENUS_DATA": directory.file("data")]
                process = try VenusBinary.start(
                    ["up"],
                    environment: environment.merging([
                        "VENUS_PROXY_LISTEN": "127.0.0.1:\(try freePort())", "VENUS_SERVER_LISTEN": "0.0.0.0:\(port)",
                        "VENUS_SERVER_SECRET": "the secret of this test",
                        "VENUS_SERVER_TLS_CERTIFICATE_FILE": directory.file("server.pem"),
                        "VENUS_SERVER_TLS_KEY_FILE": directory.file("server.key"),
                    ]) { $1 }, directory: directory.path)
                try await process.waitForLine("the dashboard's address") {
                    $0.contains("https://127.0.0.1:\(self.port)/sign-in#")
                }
            }

            // Its proxy lives on where it is killed.
            deinit { OwnedProcesses.end(markedBy: "VENUS_DATA=" + directory.file("data")) }

            func venus(
                _ arguments: [String], at data: String? = nil, input: String? = nil
            ) async throws -> ChildProcess.Output {
                try await VenusBinary.output(
                    arguments, environment: data.map { ["VENUS_DATA": $0] } ?? environment, standardInput: input)
            }
        }

        @Test("curl comes by it; the commands of this machine find it; elsewhere they believe what they are told to")
        func commands() async throws {
            let scene = try await Scene()
            let url = "https://localhost:\(scene.port)"
            let curl = ["--silent", "--show-error", "--fail", "--noproxy", "*", url + "/healthz"]
            try await ChildProcess.run("curl", ["--cacert", scene.certificate.authority, "--tlsv1.2"] + curl)
            #expect(try await ChildProcess.output(of: "curl", curl).status == .exited(60))
            let old = ["--cacert", scene.certificate.authority, "--tls-max", "1.1", "--ciphers", "ALL:@SECLEVEL=0"]
            #expect(try await ChildProcess.output(of: "curl", old + curl).status != .exited(0))

            // By the certificate itself, which is for no name that they use.
            let graph = try await scene.venus(["graph", "--json"])
            #expect(graph.status == .exited(0), "\(graph.standardError)")

            let elsewhere = scene.directory.file("elsewhere")
            let login = ["login", url]
            let unknown = try await scene.venus(login, at: elsewhere, input: "the secret of this test\n")
            #expect(unknown.status == .exited(1))
            #expect(unknown.standardError.contains("--trust-file"))
            let trust = ["--trust-file", scene.certificate.authority]
            let known = try await scene.venus(login + trust, at: elsewhere, input: "the secret of this test\n")
            #expect(known.status == .exited(0), "\(known.standardError)")
            // What was said then is remembered, with the server.
            let again = try await scene.venus(["graph", "--json"], at: elsewhere)
            #expect(again.status == .exited(0), "\(again.standardError)")
            let mode = try FileManager.default.attributesOfItem(atPath: elsewhere + "/login.json")[.posixPermissions]
            #expect(mode as? Int == 0o600)
            let plain = try await scene.venus(
                ["login", "http://localhost:\(scene.port)"], at: elsewhere, input: "the secret of this test\n")
            #expect(plain.status == .exited(1))
            #expect(try await scene.venus(["logout"], at: elsewhere).status == .exited(0))
        }

        @Test("a replaced certificate holds for new connections, and those that there are go on")
        func replaced() async throws {
            let scene = try await Scene()
            let second = try await ServerCertificate()
            let access = try JSONValue(
                try String(contentsOfFile: scene.directory.file("data/access.json"), encoding: .utf8))
            let token = try #require(access["token"].string)
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("client.py")
            let go = scene.directory.file("go")
            try await ChildProcess.run("mkfifo", [go])
            let client = try ChildProcess(
                "sh",
                [
                    "-c", "exec python3 \"$@\" < \"$0\"", go, script.path, "\(scene.port)", token,
                    scene.certificate.authority, second.authority,
                ])
            defer { withExtendedLifetime(client) {} }
            let gate = try FileHandle(forUpdating: URL(fileURLWithPath: go))
            try await client.waitForLine("both connections") { $0.hasPrefix("connected TLSv1.") }
            for (path, name) in [(second.certificate, "server.pem"), (second.key, "server.key")] {
                try FileManager.default.copyItem(atPath: path, toPath: scene.directory.file(name + ".new"))
                guard rename(scene.directory.file(name + ".new"), scene.directory.file(name)) == 0 else {
                    throw TestFailure("cannot rename")
                }
            }
            try await scene.process.waitForLine("the new certificate") { $0.contains("Took up the new certificate") }
            gate.write(Data("\n".utf8))
            try await client.waitForLine("the end") { $0 == "done" }
            #expect(try await client.waitForExit() == .exited(0), "\(client.transcript)")
        }

        @Test("beyond loopback without TLS it does not start, and says the ways out, until somebody says that it may")
        func refusal() async throws {
            let directory = try TemporaryDirectory("venus-plain")
            var environment = [
                "VENUS_DATA": directory.file("data"), "VENUS_PROXY_LISTEN": "127.0.0.1:\(try freePort())",
                "VENUS_SERVER_LISTEN": "0.0.0.0:\(try freePort())",
            ]
            for command in [["up"], ["config", "check"]] {
                let output = try await VenusBinary.output(command, environment: environment)
                #expect(output.status == .exited(78))
                for way in ["ssh -L", "server.tls_certificate_file", "reverse proxy", "server.allow_plain_http: true"] {
                    #expect(output.standardError.contains(way))
                }
            }
            environment["VENUS_SERVER_ALLOW_PLAIN_HTTP"] = "true"
            #expect(try await VenusBinary.output(["config", "check"], environment: environment).status == .exited(0))
            let process = try VenusBinary.start(["up"], environment: environment, directory: directory.path)
            defer { OwnedProcesses.end(markedBy: "VENUS_DATA=" + directory.file("data")) }
            try await process.waitForLine("the dashboard's address") { $0.contains("http://127.0.0.1:") }
            // The proxy serves the application whatever the server may do.
            environment["VENUS_SERVER_ALLOW_PLAIN_HTTP"] = nil
            environment["VENUS_DATA"] = directory.file("proxy")
            environment["VENUS_PROXY_LISTEN"] = "127.0.0.1:\(try freePort())"
            let proxy = try VenusBinary.start(["proxy"], environment: environment, directory: directory.path)
            try await proxy.waitForLine("the proxy's address") { $0.contains("127.0.0.1:") }
            #expect(try await proxy.stop() == .exited(0))
        }
    }
}
