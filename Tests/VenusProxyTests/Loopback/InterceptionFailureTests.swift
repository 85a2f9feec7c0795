import Foundation
import TestSupport
import Testing
import VenusCore
import VenusProxy

@Suite("An intercepted tunnel that cannot be", .timeLimit(.minutes(2)))
struct InterceptionFailureTests {
    enum BadOrigin: String, CaseIterable, Sendable {
        case expired, notYetValid, wrongHost, selfSigned, unknownIssuer

        var reason: String {
            switch self {
            case .expired: "has expired"
            case .notYetValid: "is not valid yet"
            case .wrongHost: "is for another host name"
            case .selfSigned: "is self-signed"
            case .unknownIssuer: "is not known"
            }
        }
    }

    private func start(_ kind: BadOrigin, _ intercepted: InterceptedProxy) async throws -> TLSOrigin {
        let now = Int64(Date().timeIntervalSince1970)
        let directory = intercepted.directory
        let files: (certificate: String, key: String)
        switch kind {
        case .expired:
            files = try InterceptedProxy.issue(
                ["127.0.0.1"], by: intercepted.origins, at: now - 300 * 86_400, in: directory)
        case .notYetValid:
            files = try InterceptedProxy.issue(
                ["127.0.0.1"], by: intercepted.origins, at: now + 30 * 86_400, in: directory)
        case .wrongHost: files = try InterceptedProxy.issue(["other.example"], by: intercepted.origins, in: directory)
        case .selfSigned:
            files = (directory.file("self.pem"), directory.file("self.key"))
            try await TLSOrigin.makeCertificate(files.certificate, key: files.key)
        case .unknownIssuer:
            let stranger = try CertificateAuthority.make(label: "stranger", now: now)
            files = try InterceptedProxy.issue(["127.0.0.1"], by: stranger, in: directory)
        }
        return try await TLSOrigin(certificate: files.certificate, key: files.key)
    }

    @Test("because of the origin's certificate answers 502 with the reason", arguments: BadOrigin.allCases)
    func badCertificate(kind: BadOrigin) async throws {
        let intercepted = try InterceptedProxy()
        let origin = try await start(kind, intercepted)
        for _ in 0..<2 {
            let output = try await intercepted.curl(["-i", origin.url("/v1/charges/4711")])
            #expect(output.standardOutput.contains("HTTP/1.1 502 Bad Gateway\r\n"), "\(output.standardError)")
            let status = output.standardOutput.split(separator: "\r\n").first { $0.hasPrefix("Proxy-Status:") }
            #expect(status?.hasPrefix("Proxy-Status: venus; error=tls_certificate_error; details=\"") == true)
            #expect(status?.contains(kind.reason) == true, "\(status ?? "")")
        }
        let calls = try await intercepted.proxy.calls(2)
        #expect(calls.allSatisfy { $0.operation.name == "GET /v1/charges/*" && $0.operation.scheme == "https" })
        #expect(calls.allSatisfy { $0.call.errorType == .tlsCertificateError && $0.call.outcome == .transportError })
        #expect(calls.allSatisfy { $0.call.phases[.tls] != nil && $0.call.flags == .intercepted })
        await intercepted.proxy.stop()
    }

    @Test("because the origin breaks off or speaks no TLS answers 502")
    func noTLS() async throws {
        let intercepted = try InterceptedProxy { $0.connectTimeout = .seconds(60) }
        let plain = try ScriptedOrigin { connection in
            connection.read(5)
            connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            _ = connection.readToEnd()
        }
        let closing = try ScriptedOrigin { connection in
            let header = connection.read(5)
            connection.read(Int(header[3]) << 8 | Int(header[4]))
        }
        for (origin, name) in [(plain, "tls_protocol_error"), (closing, "connection_terminated")] {
            let output = try await intercepted.curl(["-i", "https://127.0.0.1:\(origin.port)/a"])
            #expect(output.standardOutput.contains("HTTP/1.1 502 "), "\(output.standardError)")
            #expect(output.standardOutput.contains("Proxy-Status: venus; error=\(name)"))
        }
        #expect(
            try await intercepted.proxy.calls(2).map(\.call.errorType) == [.tlsProtocolError, .connectionTerminated])
        await intercepted.proxy.stop()
    }

    @Test("because nobody listens at the origin is refused before it opens")
    func refused() async throws {
        let intercepted = try InterceptedProxy()
        let port = try freePort()
        let output = try await intercepted.curl(["https://127.0.0.1:\(port)/"])
        #expect(output.status == .exited(56))
        #expect(output.standardError.contains("502"))
        #expect(try await intercepted.proxy.calls(1)[0].call.errorType == .connectionRefused)
        await intercepted.proxy.stop()
    }

    @Test("because the origin wants a certificate answers 502, and with one from the configuration it works")
    func clientCertificate() async throws {
        let directory = try TemporaryDirectory("venus-client")
        let authority = try CertificateAuthority.make(label: "clients", now: Int64(Date().timeIntervalSince1970))
        try directory.write(String(decoding: authority.certificate.pem(), as: UTF8.self), to: "clients.pem")
        // Of an authority whose leaves are for servers: the origin below does not look at that.
        let script = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        let (certificate, key) = (directory.file("me.pem"), directory.file("me.key"))
        try await ChildProcess.run("openssl", script + ["-subj", "/CN=me", "-keyout", key, "-out", certificate])
        for identity in [nil, (certificate: certificate, key: key)] {
            let intercepted = try InterceptedProxy(identity: identity)
            let origin = try await intercepted.origin(clientAuthority: certificate)
            let output = try await intercepted.curl(["-w", "%{http_code}", origin.url("/ok")])
            if identity != nil {
                #expect(output.standardOutput == "ok\n200", "\(output.standardError)")
            } else {
                #expect(output.standardOutput.hasSuffix("502"), "\(output.standardError)")
                // In TLS 1.3 the alert comes behind the handshake; the reset that follows it can overtake it.
                let reasons = ["tls_alert_received", "connection_terminated"]
                #expect(reasons.contains { output.standardOutput.contains($0) }, "\(output.standardOutput)")
            }
            await intercepted.proxy.stop()
        }
    }

    @Test("because the client rejects our certificate is passed through from the third time on")
    func rejected() async throws {
        try await withInterception { intercepted, origin in
            for count in 1...2 {
                // Trusts the origin's authority alone, as a client with its own idea of trust does.
                let output = try await intercepted.curl([origin.url("/ok")], trusting: intercepted.originBundle)
                #expect(output.status == .exited(60), "\(output.standardError)")
                let calls = try await intercepted.proxy.calls(count)
                #expect(calls.count == count)
                #expect(calls.allSatisfy { $0.call.errorType == .tlsCertificateError && $0.call.flags == .tunnel })
            }
            let output = try await intercepted.curl([origin.url("/ok")], trusting: intercepted.originBundle)
            #expect(output.standardOutput == "ok\n", "\(output.standardError)")
            _ = try await intercepted.proxy.ends(1)
            #expect(intercepted.inner.isEmpty)
        }
    }

    @Test("because the client pins a key is passed through from the third time on")
    func pinned() async throws {
        try await withInterception { intercepted, origin in
            let key = try await ChildProcess.run(
                "sh",
                [
                    "-c",
                    "openssl x509 -in \"$1\" -pubkey -noout | openssl pkey -pubin -outform der"
                        + " | openssl dgst -sha256 -binary | base64", "sh", origin.certificate,
                ])
            let pin = ["--pinnedpubkey", "sha256//" + key.filter { !$0.isWhitespace }]
            let both = intercepted.directory.file("both.pem")
            let text = try [intercepted.bundle, intercepted.originBundle].map {
                try String(contentsOfFile: $0, encoding: .utf8)
            }
            try text.joined().write(toFile: both, atomically: true, encoding: .utf8)
            for count in 1...2 {
                let output = try await intercepted.curl(pin + [origin.url("/ok")], trusting: both)
                #expect(output.status == .exited(90), "\(output.standardError)")
                #expect(try await intercepted.proxy.calls(count).last?.call.errorType == .tlsCertificateError)
            }
            let output = try await intercepted.curl(pin + [origin.url("/ok")], trusting: both)
            #expect(output.standardOutput == "ok\n", "\(output.standardError)")
        }
    }

    @Test("by garbage in the place of a handshake ends alone", arguments: [1, 7, 200, 4_000])
    func garbage(count: Int) async throws {
        try await withInterception { intercepted, origin in
            let hello = TLSBytes.record(22, TLSBytes.message(1, TLSBytes.clientHello(TLSBytes.versions([0x0304]))))
            for bytes in [[22, 3, 1, 0xFF, 0xFF], hello + [UInt8](repeating: 0xAA, count: count)] {
                let connection = try intercepted.proxy.connection(timeout: .seconds(5))
                try await blocking {
                    try connection.write("CONNECT \(origin.authority) HTTP/1.1\r\nHost: \(origin.authority)\r\n\r\n")
                    _ = try connection.read(upTo: "\r\n\r\n")
                    try connection.write(bytes)
                    connection.shutdownWrite()
                    while case let bytes? = try? connection.read(), !bytes.isEmpty {}
                }
                connection.close()
            }
            let output = try await intercepted.curl([origin.url("/ok")])
            #expect(output.standardOutput == "ok\n", "\(output.standardError)")
        }
    }
}
