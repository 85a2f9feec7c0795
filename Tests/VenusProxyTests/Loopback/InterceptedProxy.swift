import Foundation
import Logging
import TestSupport
import Testing
import VenusCore
import VenusProxy

/// A proxy that intercepts, the authority of its origins, and files for both.
final class InterceptedProxy: Sendable {
    let proxy: RunningProxy
    let interception: Interception
    /// Issues what origins show.
    let origins: CertificateAuthority
    let directory: TemporaryDirectory
    /// What clients trust: the proxy's own authority.
    var bundle: String { directory.file("proxy.pem") }
    var originBundle: String { directory.file("origins.pem") }

    init(
        hosts: [String] = ["*"], identity: (certificate: String, key: String)? = nil,
        origins: CertificateAuthority? = nil, configuring change: (inout ProxyConfiguration) -> Void = { _ in }
    ) throws {
        let now = Int64(Date().timeIntervalSince1970)
        directory = try TemporaryDirectory("venus-interception")
        self.origins = try origins ?? .make(label: "origins", now: now)
        let own = try CertificateAuthority.make(label: "proxy", now: now)
        try directory.write(String(decoding: own.certificate.pem(), as: UTF8.self), to: "proxy.pem")
        try directory.write(String(decoding: self.origins.certificate.pem(), as: UTF8.self), to: "origins.pem")
        let all = try InterceptionPattern("*")
        let rules = InterceptionRules(
            hosts: try hosts.map { try InterceptionPattern($0) }, trust: [directory.file("origins.pem")],
            clientCertificates: identity.map { [.init(hosts: [all], certificate: $0.certificate, key: $0.key)] } ?? [])
        interception = Interception(
            rules: rules, leaves: try LeafCertificates(authority: own),
            pins: PinnedHosts(
                path: nil, lifetime: .seconds(3_600), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        proxy = try RunningProxy(interception: interception, configuring: change)
    }

    /// Certificate and key in PEM files, issued by `authority` at `time`, in seconds since the epoch.
    static func issue(
        _ names: [String], by authority: CertificateAuthority, at time: Int64? = nil, in directory: TemporaryDirectory
    ) throws -> (certificate: String, key: String) {
        let key = try PrivateKey.make()
        let name = try #require(SubjectName(host: Array(names[0].utf8)))
        let leaf = try authority.issue(
            for: LeafNames(host: name), key: key, now: time ?? Int64(Date().timeIntervalSince1970))
        let certificate = try directory.write(String(decoding: leaf.pem(), as: UTF8.self), to: "\(UUID()).pem")
        return (certificate, try directory.write(String(decoding: key.pem(), as: UTF8.self), to: "\(UUID()).key"))
    }

    /// An origin on 127.0.0.1 with a good certificate.
    func origin(clientAuthority: String? = nil) async throws -> TLSOrigin {
        let files = try Self.issue(["127.0.0.1"], by: origins, in: directory)
        return try await TLSOrigin(certificate: files.certificate, key: files.key, clientAuthority: clientAuthority)
    }

    /// curl through the proxy, with HTTP/1.1 inside.
    func curl(_ arguments: [String], trusting bundle: String? = nil) async throws -> ChildProcess.Output {
        try await ChildProcess.output(
            of: "curl",
            [
                "-sS", "--http1.1", "--noproxy", "", "--proxy", "http://127.0.0.1:\(proxy.port)", "--cacert",
                bundle ?? self.bundle, "--max-time", "30",
            ] + arguments)
    }

    /// Calls inside tunnels so far.
    var inner: [RecordedCall] { proxy.calls.filter { $0.call.flags.contains(.intercepted) } }
}

/// Runs `body` with a proxy that intercepts everything, and an origin with a good certificate; stops both.
func withInterception(
    configuring change: (inout ProxyConfiguration) -> Void = { _ in },
    _ body: (InterceptedProxy, TLSOrigin) async throws -> Void
) async throws {
    let intercepted = try InterceptedProxy(configuring: change)
    do { try await body(intercepted, try await intercepted.origin()) } catch {
        await intercepted.proxy.stop()
        throw error
    }
    await intercepted.proxy.stop()
}
