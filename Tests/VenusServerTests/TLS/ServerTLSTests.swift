import Foundation
import NIOHTTP1
import TestSupport
import Testing
import VenusServer

@Suite("TLS of the server's own")
struct ServerTLSTests {
    private func client(_ server: RunningServer, _ trust: WebTrust, host: String = "localhost") throws -> WebClient {
        let address = try #require(WebAddress("https://\(host):\(server.port)"))
        return WebClient(address, trust: trust, timeout: .seconds(20), maximumBytes: 1 << 20)
    }

    @Test("is verified by name and by address, makes the cookie secure, and takes the place of plain HTTP")
    func speaks() async throws {
        let certificate = try await ServerCertificate()
        try await withServer {
            $0.tls = CertificateFiles(certificate: certificate.certificate, key: certificate.key)
        } _: { server in
            let authority = WebTrust.authorities(file: certificate.authority)
            for host in ["localhost", "127.0.0.1"] {
                let health = try await client(server, authority, host: host).send(.GET, "/healthz")
                #expect(health.status == 200)
            }
            let pinned = WebTrust.certificate(file: certificate.certificate)
            #expect(try await client(server, pinned).send(.GET, "/healthz").status == 200)
            await #expect(throws: WebFailure.certificateNotTrusted) {
                try await client(server, .system).send(.GET, "/healthz")
            }
            let other = try await ServerCertificate(for: "DNS:elsewhere.example")
            await #expect(throws: WebFailure.certificateNotTrusted) {
                try await client(server, .authorities(file: other.authority)).send(.GET, "/healthz")
            }
            await #expect(throws: WebFailure.certificateNotTrusted) {
                try await client(server, .certificate(file: other.certificate)).send(.GET, "/healthz")
            }
            #expect(try await server.server.makeSignInLink().hasPrefix("https://"))

            let login = try await client(server, authority).send(
                .POST, "/api/v1/login",
                [("Content-Type", "application/json"), ("Origin", "https://localhost:\(server.port)")],
                body: Array("{\"secret\":\"\(server.secret)\"}".utf8))
            #expect(login.status == 200)
            #expect(login.fields["set-cookie"].first?.hasPrefix("__Host-venus_session=") == true)
            #expect(login.fields["set-cookie"].first?.hasSuffix("; Secure") == true)
            let foreign = try await client(server, authority).send(
                .POST, "/api/v1/login",
                [("Content-Type", "application/json"), ("Origin", "http://localhost:\(server.port)")],
                body: Array("{\"secret\":\"\(server.secret)\"}".utf8))
            #expect(foreign.status == 403)

            await #expect(throws: (any Error).self) { try await server.request("GET", "/healthz") }
            // That has cost nobody else anything.
            #expect(try await client(server, authority).send(.GET, "/healthz").status == 200)
        }
    }

    @Test("a certificate that is for another name is refused by who asks")
    func otherName() async throws {
        let certificate = try await ServerCertificate(for: "DNS:elsewhere.example")
        try await withServer {
            $0.tls = CertificateFiles(certificate: certificate.certificate, key: certificate.key)
        } _: { server in
            await #expect(throws: WebFailure.certificateForOther) {
                try await client(server, .authorities(file: certificate.authority), host: "127.0.0.1")
                    .send(.GET, "/healthz")
            }
        }
    }

    @Test("files that are no pair, or not there, are refused at the start, by name")
    func bad() async throws {
        let (one, other) = (try await ServerCertificate(), try await ServerCertificate())
        for (certificate, key, name) in [
            (one.certificate, other.key, one.key), ("/nowhere.pem", one.key, "/nowhere.pem"),
            (one.certificate, "/nowhere.key", "/nowhere.key"), (one.key, one.key, "tls_certificate_file"),
            (one.certificate, one.certificate, "tls_key_file"),
        ] {
            let error = await #expect(throws: ServerError.self) {
                try await withServer {
                    $0.tls = CertificateFiles(certificate: certificate, key: key)
                } _: { _ in
                }
            }
            #expect(error?.code == .badCertificate)
            #expect(key == other.key || error?.description.contains(name) == true, "\(error?.description ?? "")")
        }
    }

    @Test("a replaced pair holds for new connections; a bad one is told of, and the one from before holds on")
    func reloads() async throws {
        let (first, second) = (try await ServerCertificate(), try await ServerCertificate())
        let directory = try TemporaryDirectory()
        func put(_ certificate: String, _ key: String) throws {
            for (path, name) in [(certificate, "server.pem"), (key, "server.key")] {
                let text = try String(contentsOfFile: path, encoding: .utf8)
                _ = try directory.write(text, to: name + ".new")
                guard rename(directory.file(name + ".new"), directory.file(name)) == 0 else {
                    throw TestFailure("cannot rename")
                }
            }
        }
        try put(first.certificate, first.key)
        try await withServer {
            $0.tls = CertificateFiles(
                certificate: directory.file("server.pem"), key: directory.file("server.key"))
        } _: { server in
            let old = try client(server, .authorities(file: first.authority), host: "127.0.0.1")
            let new = try client(server, .authorities(file: second.authority), host: "127.0.0.1")
            #expect(try await old.send(.GET, "/healthz").status == 200)
            try put(second.certificate, first.key)
            try await eventually(within: .seconds(30), "the log of the bad pair") {
                server.log.text.contains("the one from before holds on")
            }
            #expect(try await old.send(.GET, "/healthz").status == 200)
            try put(second.certificate, second.key)
            try await eventually(within: .seconds(30), "the new pair") {
                (try? await new.send(.GET, "/healthz").status) == 200
            }
            await #expect(throws: WebFailure.certificateNotTrusted) { try await old.send(.GET, "/healthz") }
        }
    }
}

@Suite("An address on the web")
struct WebAddressTests {
    @Test("is http or https with a host, and perhaps a port and a path; nothing else")
    func reads() throws {
        let address = try #require(WebAddress("https://GitHub.example:8443/api/v3/"))
        #expect(address.host == "github.example" && address.port == 8443 && address.isSecure)
        #expect(address.path.text == "/api/v3" && address.authority == "github.example:8443")
        #expect(address.description == "https://GitHub.example:8443/api/v3")
        let plain = try #require(WebAddress("http://[::1]"))
        #expect(plain.port == 80 && !plain.isSecure && plain.isLoopback && plain.authority == "[::1]")
        #expect(WebAddress("http://127.9.9.9")?.isLoopback == true)
        #expect(WebAddress("http://127.0.0.1.example")?.isLoopback == false)
        for text in [
            "", "x", "ftp://a", "http://", "http://a:0x", "http://u:p@a", "http://a?x", "http://a#x", "http://a b",
            "http://a/\r\nx", "https://é.example",
        ] {
            #expect(WebAddress(text) == nil, "\(text)")
        }
    }
}
