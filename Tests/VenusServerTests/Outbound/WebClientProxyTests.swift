import Foundation
import NIOHTTP1
import TestSupport
import Testing
import VenusServer

@Suite("Asking the web through a proxy", .timeLimit(.minutes(2)))
struct WebClientProxyTests {
    @Test("its tunnel leads to the server, whose certificate counts, not the proxy's word")
    func tunnel() async throws {
        let certificate = try await ServerCertificate(for: "DNS:venus.example")
        try await withServer {
            $0.tls = CertificateFiles(certificate: certificate.certificate, key: certificate.key)
            $0.allowedHosts = ["venus.example"]
        } _: { server in
            let proxy = try await Proxy("tunnel", String(server.port))
            let known = WebTrust.authorities(file: certificate.authority)
            let answer = try await proxy.client("https://venus.example", known).send(.GET, "/healthz")
            #expect(answer.status == 200 && answer.body == Array(#"{"status":"ok"}"#.utf8))
            let request = try await proxy.request()
            #expect(request.hasPrefix("CONNECT venus.example:443 HTTP/1.1\\r\\nHost: venus.example:443\\r\\n"))
            #expect(request.contains("\\r\\nProxy-Authorization: Basic dXNlcjpzZWNyZXQ=\\r\\n"))
            await #expect(throws: WebFailure.certificateForOther) {
                try await proxy.client("https://other.example", known).send(.GET, "/healthz")
            }
            await #expect(throws: WebFailure.certificateNotTrusted) {
                try await proxy.client("https://venus.example", .system).send(.GET, "/healthz")
            }
        }
    }

    @Test("what a proxy refuses, and what is none, is told as such")
    func refused() async throws {
        let cases: [(String, WebFailure)] = [
            (#"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"#, .proxyRefused(407)),
            (#"HTTP/1.1 302 Found\r\nLocation: http://x\r\n\r\n"#, .proxyRefused(302)),
            ("", .noProxy), (#"SSH-2.0-x\r\n\r\n"#, .noProxy), (#"HTTP/1.1 20x no\r\n\r\n"#, .noProxy),
            (#"HTTP/1.1 200 OK\r\n\r\nalready something"#, .noProxy),
            (#"HTTP/1.1 200 OK\r\nX: "# + String(repeating: "a", count: 9_000), .noProxy),
        ]
        for (answer, failure) in cases {
            let proxy = try await Proxy("answer", answer)
            await #expect(throws: failure, "\(answer.prefix(60))") {
                try await proxy.client("https://venus.example", .system).send(.GET, "/")
            }
        }
        let port = try freePort()
        let nobody = WebClient(
            try #require(WebAddress("https://venus.example")), proxy: WebProxy(host: "127.0.0.1", port: port),
            timeout: .seconds(20), maximumBytes: 1_000)
        await #expect(throws: WebFailure.noProxy) { try await nobody.send(.GET, "/") }
    }
}

/// `proxy.py` beside this file.
private struct Proxy {
    private let process: ChildProcess
    private let port: Int

    init(_ arguments: String...) async throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("proxy.py")
        process = try ChildProcess("python3", [script.path] + arguments)
        try await process.waitForLine("its port") { Int($0) != nil }
        port = process.standardOutput.lines.lazy.compactMap { Int($0) }.first ?? 0
    }

    func client(_ url: String, _ trust: WebTrust) throws -> WebClient {
        WebClient(
            try #require(WebAddress(url)), trust: trust,
            proxy: WebProxy(host: "127.0.0.1", port: port, authorization: Array("Basic dXNlcjpzZWNyZXQ=".utf8)),
            timeout: .seconds(20), maximumBytes: 1_000)
    }

    /// What the first client asked, as Python writes it.
    func request() async throws -> String {
        try await process.waitForLine("a request") { $0.hasPrefix("'CONNECT") }
        return process.standardOutput.lines.first { $0.hasPrefix("'CONNECT") }.map { String($0.dropFirst()) } ?? ""
    }
}
